package io.rebalancer.manager.plan;

import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a plan is computed from.
 *
 * @param fleet the storage nodes when the plan began; they do not change for the plan
 * @param maxRunTime after this time the plan fails with what it waits for
 */
public record PlanInput(UUID planId, PlanOrder order, DestinationCandidates fleet, Duration maxRunTime) {

    /** All storage nodes of the fleet. */
    List<StorageNode> nodes() {
        return Stream.of(fleet.reachable(), fleet.unreachable(), fleet.closed())
                .flatMap(List::stream)
                .toList();
    }
}
