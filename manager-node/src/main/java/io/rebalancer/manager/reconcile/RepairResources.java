package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.PlacementPolicy;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The parts of the manager that repairs use in addition.
 *
 * @param audit has each batch of repairs before its first one begins
 * @param placement the current conditions for the destinations of copies
 * @param outOfService the storage nodes that are not in service; fails if they are not known
 * @param spaceBroker grants leases of space on destinations, to jobs and runs
 * @param journal knows whether an incarnation of a run is the latest one
 */
public record RepairResources(
        AuditTrail audit,
        Supplier<PlacementPolicy> placement,
        Supplier<CompletionStage<List<NodeStatus>>> outOfService,
        ActorRef<SpaceMessage> spaceBroker,
        StoredEvents journal) {

    /** Knows the last event of a persistent entity. */
    @FunctionalInterface
    public interface StoredEvents {
        /** Whether the event with this sequence number is the last one of the entity. */
        CompletionStage<Boolean> endsWith(String persistenceId, long sequenceNumber);
    }
}
