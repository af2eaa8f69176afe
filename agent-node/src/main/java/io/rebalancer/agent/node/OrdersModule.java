package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.legacy.ActorAssignmentService;
import io.rebalancer.agent.legacy.LegacyAssignments;
import io.rebalancer.agent.limits.ActorAgentControl;
import io.rebalancer.agent.limits.LimitsStore;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.AssignmentService;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The persistent actors that take orders: assignments of the cluster, assignments over HTTP, and limits. */
final class OrdersModule {
    private static final Logger LOGGER = LoggerFactory.getLogger(OrdersModule.class);

    private final ActorSystem<?> system;
    private final AgentSettings settings;
    private final StoreModule store;
    private final CopyModule copies;
    private final CopyMetrics metrics;
    private final FreeSpaceMonitor freeSpace;
    private volatile boolean hosting;

    OrdersModule(
            ActorSystem<?> system, AgentSettings settings, StoreModule store, CopyModule copies, CopyMetrics metrics) {
        this.system = system;
        this.settings = settings;
        this.store = store;
        this.copies = copies;
        this.metrics = metrics;
        this.freeSpace = store.monitorFreeSpace(system);
    }

    /**
     * Claims the storage id in the background, and takes assignments of the cluster as soon as the claim is granted.
     */
    void claimStorageId() {
        EvacuateJobs.startProxy(system);
        StorageIdClaim.start(system, settings.storageNode(), settings.claimTimeout())
                .thenRun(this::hostStorageAgent)
                .whenComplete((hosted, failure) -> {
                    if (failure != null) {
                        shutDown(Failures.rootCause(failure));
                    }
                });
    }

    private void hostStorageAgent() {
        ActorRef<ShardingEnvelope<AgentMessage>> agents = StorageAgents.host(
                system, storageId -> StorageAgent.create(settings, copies.queues(), freeSpace, metrics));
        agents.tell(new ShardingEnvelope<>(settings.storageNode().text(), AgentMessage.Wake.INSTANCE));
        hosting = true;
    }

    private void shutDown(Throwable cause) {
        LOGGER.error("agent={} shuts down: {}", settings.storageNode(), cause.getMessage());
        System.err.println("rebalancer agent: " + cause.getMessage());
        CoordinatedShutdown.get(system).runAll(new StorageIdTaken());
    }

    /** Whether this agent holds its storage id and takes assignments of the cluster. */
    boolean isHosting() {
        return hosting;
    }

    /** Starts the actor for assignments over HTTP. */
    AssignmentService startAssignmentService() {
        ActorRef<LegacyAssignments.Command> legacyAssignments = system.systemActorOf(
                LegacyAssignments.create(settings, copies.queues(), metrics), "legacy-assignments", Props.empty());
        return new ActorAssignmentService(system, legacyAssignments);
    }

    /** Starts the actor that stores and applies the operator's limits. */
    AgentControl startAgentControl() {
        ActorRef<LimitsStore.SetLimits> limitsStore = system.systemActorOf(
                LimitsStore.create(settings.storageNode(), this::applyLimits), "limits", Props.empty());
        return new ActorAgentControl(
                system,
                limitsStore,
                settings.storageNode(),
                settings.durability(),
                copies.limiter(),
                copies.sources(),
                freeSpace);
    }

    private void applyLimits(CopyLimits limits) {
        store.applyLimits(limits);
        copies.applyLimits(limits);
    }
}
