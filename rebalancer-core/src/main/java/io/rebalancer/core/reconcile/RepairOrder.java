package io.rebalancer.core.reconcile;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.StorageNodeId;

/**
 * Makes the agent of a storage node copy objects to itself. The sources of each task are storage nodes that hold a copy.
 *
 * @param repaired the storage node that the run repairs: the destination of the assignment, or another one whose objects get a
 *     further copy on the destination
 * @param assignment the copies, at least one and at most {@link #MAX_TASKS}; a repeated order has the same id
 */
public record RepairOrder(RunToken token, StorageNodeId repaired, Assignment assignment) {
    /** The maximum number of copies of an order. */
    public static final int MAX_TASKS = 100;

    /** @throws IllegalArgumentException if there are no tasks, or too many */
    public RepairOrder {
        int tasks = assignment.tasks().size();
        if (tasks < 1 || tasks > MAX_TASKS) {
            throw new IllegalArgumentException("an order makes 1 to " + MAX_TASKS + " copies, not " + tasks);
        }
    }

    /** Whether the destination gets further copies for another storage node, and is not repaired. */
    public boolean addsCopies() {
        return !repaired.equals(assignment.destination().storageNode());
    }
}
