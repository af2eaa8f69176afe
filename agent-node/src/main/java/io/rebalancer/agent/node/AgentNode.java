package io.rebalancer.agent.node;

import com.typesafe.config.Config;
import io.rebalancer.agent.copy.CopyLimiter;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyPipeline;
import io.rebalancer.agent.copy.CopyQueue;
import io.rebalancer.agent.copy.CopyTraces;
import io.rebalancer.agent.copy.Fetcher;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.Sources;
import io.rebalancer.agent.legacy.ActorAssignmentService;
import io.rebalancer.agent.legacy.LegacyAssignments;
import io.rebalancer.agent.limits.ActorAgentControl;
import io.rebalancer.agent.limits.LimitsStore;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.process.NodeProcess;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.cluster.telemetry.Telemetry;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.AssignmentService;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.AgentApi;
import io.rebalancer.http.server.HttpServer;
import io.rebalancer.http.server.MetricsServer;
import io.rebalancer.persistence.EmbeddedJournal;
import io.rebalancer.persistence.Journal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.typed.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running agent: the member of the cluster that sits on one storage node's disks. */
public final class AgentNode implements NodeProcess.Node {
    private static final Logger LOGGER = LoggerFactory.getLogger(AgentNode.class);

    private final ActorSystem<Void> system;
    private final CompletionStage<Void> stopped;
    private volatile boolean hosting;

    private AgentNode(ActorSystem<Void> system, CompletionStage<Void> stopped) {
        this.system = system;
        this.stopped = stopped;
    }

    /**
     * Starts an agent.
     *
     * @return completes when it serves HTTP; fails with {@code SettingsFault} if its port is taken
     * @throws io.rebalancer.cluster.settings.SettingsFault if a setting is missing or wrong
     * @throws IOException if the object root or the journal's directory can't be used
     */
    public static CompletionStage<AgentNode> start(Config root) throws IOException {
        AgentSettings settings = AgentSettings.from(root);
        MetricsSettings measured = MetricsSettings.from(
                root, settings.storageNode().text(), root.getString("rebalancer.agent.datacenter"));
        TraceSettings traces = TraceSettings.from(root);
        Config config =
                ClusterSettings.from(root).applyTo(root, List.of(Roles.AGENT, Roles.storage(settings.storageNode())));
        ObjectStore store = ObjectStore.open(settings.root(), durability(settings), bounds(settings.limits()));
        Journal journal = new EmbeddedJournal(settings.dataDir());
        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), ClusterSettings.SYSTEM_NAME, journal.applyTo(config));
        LOGGER.info(
                "agent={} durability={} stale-temps-removed={}",
                settings.storageNode(),
                store.durability().word(),
                store.staleRemoved());
        if (System.getProperty("user.name", "").equals("root")) {
            LOGGER.warn(
                    "agent={} runs as root, which it need not: give it a user that owns the object root",
                    settings.storageNode());
        }
        if (store.durability() == Durability.OS) {
            LOGGER.warn(
                    "agent={} durability=os: copies may be lost with the power; for tests only",
                    settings.storageNode());
        }
        AgentNode node = new AgentNode(system, system.getWhenTerminated().thenRun(() -> close(store)));
        return journal.prepare(system)
                .thenCompose(done -> node.serve(settings, measured, traces, store))
                .whenComplete((served, failure) -> {
                    if (failure != null) {
                        system.terminate();
                    }
                })
                .thenApply(served -> node);
    }

    private static Durability durability(AgentSettings settings) {
        try {
            return Durability.of(settings.durability());
        } catch (IllegalArgumentException e) {
            throw new SettingsFault("setting in rebalancer.agent: " + e.getMessage());
        }
    }

    private static SpaceGuard.Bounds bounds(CopyLimits limits) {
        return new SpaceGuard.Bounds(limits.freeSpaceFloorMib() << 20, limits.fillCeilingPercent());
    }

    private static void close(ObjectStore store) {
        try {
            store.close();
        } catch (IOException e) {
            LOGGER.warn("the object root's lock was not given back: {}", e.toString());
        }
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

    private CompletionStage<?> serve(
            AgentSettings settings, MetricsSettings measured, TraceSettings traces, ObjectStore store) {
        Telemetry telemetry = Telemetry.start(system.settings().config(), "agent", traces);
        CopyLimiter pace = new CopyLimiter(system, settings.limits(), settings.adaptive());
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.disk-dispatcher"));
        LegacyMetrics older = new LegacyMetrics(measured.labels());
        CopyMetrics metrics =
                new CopyMetrics(older, new CopyTraces(AssignmentTraces.of(traces), settings.storageNode()));
        Sources sources = new Sources(system, settings, pace);
        Fetcher fetcher = new Fetcher(system, settings, store, sources, pace);
        CopyQueue.Factory desk = CopyQueue.over(
                new CopyPipeline(system, store, fetcher, pace, metrics),
                store,
                settings.maxAssignments(),
                disk,
                metrics);
        FreeSpaceMonitor room = new FreeSpaceMonitor(system, store.space());
        EvacuateJobs.startProxy(system);
        StorageIdClaim.of(system, settings.storageNode(), settings.claimTimeout())
                .thenRun(() -> host(settings, desk, room, metrics))
                .whenComplete((hosted, failure) -> {
                    if (failure != null) {
                        end(failure.getCause() == null ? failure : failure.getCause());
                    }
                });
        ActorRef<LegacyAssignments.Command> overHttp = system.systemActorOf(
                LegacyAssignments.create(settings, desk, metrics), "legacy-assignments", Props.empty());
        ActorRef<LimitsStore.Choose> keeper = system.systemActorOf(
                LimitsStore.create(settings.storageNode(), chosen -> {
                    store.space().set(bounds(chosen));
                    pace.choose(chosen);
                    sources.limitsChanged();
                }),
                "limits",
                Props.empty());
        AgentControl control = new ActorAgentControl(
                system, keeper, settings.storageNode(), settings.durability(), pace, sources, room);
        AssignmentService assignments = new ActorAssignmentService(system, overHttp);
        return HttpServer.start(
                        system, "agent", settings.http(), AgentApi.routes(assignments, control, readiness(), older))
                .thenCompose(done -> measured.http()
                        .<CompletionStage<?>>map(at -> MetricsServer.start(system, "agent", at, telemetry::exposition))
                        .orElseGet(() -> CompletableFuture.completedFuture(done)));
    }

    private void host(AgentSettings settings, CopyQueue.Factory desk, FreeSpaceMonitor room, CopyMetrics metrics) {
        ActorRef<ShardingEnvelope<AgentMessage>> agents =
                StorageAgents.host(system, storageId -> StorageAgent.create(settings, desk, room, metrics));
        agents.tell(new ShardingEnvelope<>(settings.storageNode().text(), AgentMessage.Wake.INSTANCE));
        hosting = true;
    }

    private void end(Throwable why) {
        LOGGER.error("agent ends: {}", why.getMessage());
        System.err.println("rebalancer agent: " + why.getMessage());
        CoordinatedShutdown.get(system).runAll(new StorageIdTaken());
    }

    private Readiness readiness() {
        return () -> {
            boolean member = Cluster.get(system).selfMember().status().equals(MemberStatus.up());
            return CompletableFuture.completedFuture(
                    !member
                            ? List.of("this agent is not a member of the cluster yet")
                            : hosting ? List.of() : List.of("another agent may have the storage id still"));
        };
    }
}
