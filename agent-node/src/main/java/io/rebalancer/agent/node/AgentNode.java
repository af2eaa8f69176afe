package io.rebalancer.agent.node;

import com.typesafe.config.Config;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.order.MemberCertificates;
import io.rebalancer.cluster.process.NodeProcess;
import io.rebalancer.cluster.process.StartFailed;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.journal.Journal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A running agent: the cluster member beside the disks of one storage node. */
public final class AgentNode implements NodeProcess.Node {
    private final ActorSystem<Void> system;
    private final CompletionStage<Void> stopped;

    private AgentNode(ActorSystem<Void> system, CompletionStage<Void> stopped) {
        this.system = system;
        this.stopped = stopped;
    }

    /**
     * Starts an agent.
     *
     * @return completes when the agent serves HTTP; fails with {@code SettingsFault} if its port is taken
     * @throws io.rebalancer.cluster.settings.SettingsFault if a setting is missing or wrong
     * @throws IOException if the object root or the journal's directory is not usable
     */
    public static CompletionStage<AgentNode> start(Config root) throws IOException {
        AgentSettings settings = AgentSettings.from(root);
        MetricsSettings metricsSettings = MetricsSettings.from(
                root, settings.storageNode().text(), root.getString("rebalancer.agent.datacenter"));
        TraceSettings traceSettings = TraceSettings.from(root);
        InventorySettings inventorySettings = InventorySettings.from(root);
        ClusterSettings cluster = ClusterSettings.from(root);
        MemberCertificates.requireAgent(cluster);
        Config config = cluster.applyTo(root, List.of(Roles.AGENT, Roles.storage(settings.storageNode())));
        StoreModule store = StoreModule.open(settings);
        Journal journal = new EmbeddedJournal(settings.dataDir());
        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), ClusterSettings.SYSTEM_NAME, journal.applyTo(config));
        store.logState();
        AgentNode node = new AgentNode(system, system.getWhenTerminated().thenRun(store::close));
        return StartFailed.endingSystem(
                system,
                journal.prepare(system)
                        .thenCompose(prepared -> {
                            TelemetryModule telemetry =
                                    new TelemetryModule(system, settings.storageNode(), metricsSettings, traceSettings);
                            telemetry.watchCertificates(settings.http(), cluster);
                            return serve(system, settings, cluster, inventorySettings, telemetry, store);
                        })
                        .thenApply(serving -> node));
    }

    private static CompletionStage<?> serve(
            ActorSystem<?> system,
            AgentSettings settings,
            ClusterSettings cluster,
            InventorySettings inventorySettings,
            TelemetryModule telemetry,
            StoreModule store) {
        CopyModule copies = new CopyModule(system, settings, store, telemetry.copyMetrics());
        InventoryModule inventory;
        try {
            inventory = new InventoryModule(system, settings, inventorySettings, store, copies);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        OrdersModule orders = new OrdersModule(
                system, settings, cluster.tls(), copies, telemetry.copyMetrics(), inventory.requests());
        orders.claimStorageId();
        return new HttpModule(system, settings.http(), settings.storageNode(), orders, telemetry).start();
    }

    /** The member's actor system; terminate it to stop the agent. */
    @Override
    public ActorSystem<Void> system() {
        return system;
    }

    /** Completes when the actor system has ended and another agent may use the object root. */
    public CompletionStage<Void> whenStopped() {
        return stopped;
    }
}
