package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The assignments that destinations would have in flight if assignments ended in the order in which they began. A plan has none in
 * flight, but draws as the job will that has: many in flight make a destination less likely.
 */
final class AssumedLoads {
    private final IntSupplier most;
    private final Deque<StorageNodeId> inFlight = new ArrayDeque<>();
    private final Map<StorageNodeId, Integer> byNode = new HashMap<>();

    /** @param most assignments that a job has in flight at most */
    AssumedLoads(IntSupplier most) {
        this.most = most;
    }

    /** An assignment to {@code node} begins. */
    void add(StorageNodeId node) {
        inFlight.addLast(node);
        byNode.merge(node, 1, Integer::sum);
        while (inFlight.size() > most.getAsInt()) {
            byNode.computeIfPresent(inFlight.removeFirst(), (each, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Assignments to {@code node}. */
    int of(StorageNodeId node) {
        return byNode.getOrDefault(node, 0);
    }
}
