package io.rebalancer.agent;

import com.typesafe.config.Config;
import io.rebalancer.agent.copy.CopyDesk;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyPipeline;
import io.rebalancer.agent.legacy.ActorAssignmentService;
import io.rebalancer.agent.legacy.LegacyAssignments;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.metrics.Metrics;
import io.rebalancer.cluster.metrics.OlderMetrics;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.NodeProcess;
import io.rebalancer.core.port.AssignmentService;
import io.rebalancer.http.AgentApi;
import io.rebalancer.http.HttpServer;
import io.rebalancer.http.MetricsServer;
import io.rebalancer.http.Readiness;
import io.rebalancer.persistence.EmbeddedJournal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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
        Config config =
                ClusterSettings.from(root).applyTo(root, List.of(Roles.AGENT, Roles.storage(settings.storageNode())));
        ObjectStore store = ObjectStore.open(settings.root());
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(), ClusterSettings.SYSTEM_NAME, EmbeddedJournal.applyTo(config, settings.dataDir()));
        LOGGER.info("agent={} stale-temps-removed={}", settings.storageNode(), store.staleRemoved());
        AgentNode node = new AgentNode(system, system.getWhenTerminated().thenRun(() -> close(store)));
        return EmbeddedJournal.prepare(system)
                .thenCompose(done -> node.serve(settings, measured, store))
                .whenComplete((served, failure) -> {
                    if (failure != null) {
                        system.terminate();
                    }
                })
                .thenApply(served -> node);
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

    private CompletionStage<?> serve(AgentSettings settings, MetricsSettings measured, ObjectStore store) {
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.disk-dispatcher"));
        OlderMetrics older = new OlderMetrics(measured.labels());
        CopyMetrics metrics = new CopyMetrics(older);
        CopyDesk.Factory desk = CopyDesk.over(
                new CopyPipeline(system, settings, store, metrics), store, settings.maxAssignments(), disk, metrics);
        EvacuateJobs.reach(system);
        ActorRef<ShardingEnvelope<AgentMessage>> agents =
                StorageAgents.host(system, storageId -> StorageAgent.create(settings, desk, metrics));
        org.apache.pekko.cluster.Cluster.get(system)
                .registerOnMemberUp(() -> agents.tell(
                        new ShardingEnvelope<>(settings.storageNode().text(), AgentMessage.Wake.INSTANCE)));
        ActorRef<LegacyAssignments.Command> overHttp = system.systemActorOf(
                LegacyAssignments.create(settings, desk, metrics), "legacy-assignments", Props.empty());
        AssignmentService assignments = new ActorAssignmentService(system, overHttp);
        return HttpServer.start(system, "agent", settings.http(), AgentApi.routes(assignments, readiness(), older))
                .thenCompose(done -> measured.http()
                        .<CompletionStage<?>>map(at -> MetricsServer.start(
                                system,
                                "agent",
                                at,
                                Metrics.start(system.settings().config())::exposition))
                        .orElseGet(() -> CompletableFuture.completedFuture(done)));
    }

    private Readiness readiness() {
        return () -> CompletableFuture.completedFuture(
                Cluster.get(system).selfMember().status().equals(MemberStatus.up())
                        ? List.of()
                        : List.of("this agent is not a member of the cluster yet"));
    }
}
