package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyClient;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.agent.legacy.ActorAssignmentService;
import io.rebalancer.agent.legacy.LegacyAssignments;
import io.rebalancer.agent.limits.ActorAgentControl;
import io.rebalancer.agent.limits.LimitsStore;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.order.OrderVerifier;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.TlsSettings;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final CopyModule copies;
    private final CopyMetrics metrics;
    private final InventoryRequests inventory;
    private final CopyClient clusterCopies;
    private final Optional<OrderVerifier> verifier;
    private final AgentControl control;
    private volatile boolean hosting;

    /** @param tls whose orders the agent obeys; empty: those of every member */
    OrdersModule(
            ActorSystem<?> system,
            AgentSettings settings,
            Optional<TlsSettings> tls,
            CopyModule copies,
            CopyMetrics metrics,
            InventoryRequests inventory) {
        this.system = system;
        this.settings = settings;
        this.copies = copies;
        this.metrics = metrics;
        this.inventory = inventory;
        this.verifier = tls.filter(each -> !each.managerNames().isEmpty())
                .map(each -> OrderVerifier.create(system, settings.storageNode(), each));
        this.clusterCopies = copies.engine().newClient();
        this.control = startAgentControl();
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
        RefusedOrders refused = new RefusedOrders(Clock.systemUTC());
        ActorRef<ShardingEnvelope<AgentMessage>> agents = StorageAgents.host(
                system,
                storageId -> OrderGuard.guard(
                        settings.storageNode(),
                        verifier,
                        refused,
                        StorageAgent.create(settings, clusterCopies, copies.freeSpace(), metrics, control, inventory)));
        agents.tell(new ShardingEnvelope<>(settings.storageNode().text(), AgentMessage.Wake.INSTANCE));
        hosting = true;
    }

    private void shutDown(Throwable cause) {
        LOGGER.error("agent={} shuts down: {}", settings.storageNode(), cause.getMessage());
        System.err.println("rebalancer agent: " + cause.getMessage());
        CoordinatedShutdown.get(system).runAll(new StorageIdTaken());
    }

    /** What the agent still waits for before it makes copies for the cluster; empty if nothing. */
    List<String> waitingFor() {
        List<String> reasons = new ArrayList<>();
        if (!hosting) {
            reasons.add("waiting to claim the storage id: another agent may still hold it");
        }
        if (!copies.hasStarted()) {
            reasons.add("reading the stored limits: no copy starts before that; see the log if this lasts");
        }
        return reasons;
    }

    /** The assignments that the storage agent holds. */
    HeldAssignments heldAssignments() {
        return new ActorHeldAssignments(system, settings.storageNode(), () -> hosting);
    }

    /** Starts the actor for assignments over HTTP. */
    ActorAssignmentService startAssignmentService() {
        ActorRef<LegacyAssignments.Command> legacyAssignments = system.systemActorOf(
                LegacyAssignments.create(settings, copies.engine().newClient(), metrics),
                "legacy-assignments",
                Props.empty());
        return new ActorAssignmentService(system, settings.legacy().maxTasks(), legacyAssignments);
    }

    /** Status, limits and gate of this agent. */
    AgentControl agentControl() {
        return control;
    }

    /** Starts the actor that stores and applies what the operator sets. The copies start when it has recovered. */
    private AgentControl startAgentControl() {
        ActorRef<LimitsStore.Command> limitsStore =
                system.systemActorOf(LimitsStore.create(settings.storageNode(), copies), "limits", Props.empty());
        return new ActorAgentControl(
                system,
                limitsStore,
                settings.storageNode(),
                settings.store().durability(),
                copies.engine(),
                copies.freeSpace());
    }
}
