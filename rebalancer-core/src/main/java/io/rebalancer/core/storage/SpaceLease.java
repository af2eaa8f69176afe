package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;

/**
 * Space on a storage node that is promised to an assignment.
 *
 * @param assignmentId the assignment
 * @param node its destination
 * @param mib promised space, at least 0
 */
public record SpaceLease(UUID assignmentId, StorageNodeId node, long mib) {

    /** The lease of {@code assignment}: the sum of its objects, each rounded up to whole MiB. */
    public static SpaceLease of(Assignment assignment) {
        long mib = assignment.tasks().stream()
                .mapToLong(task -> SpaceRules.mibFor(task.sizeBytes()))
                .sum();
        return new SpaceLease(assignment.id(), assignment.destination().storageNode(), mib);
    }
}
