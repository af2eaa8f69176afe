package io.rebalancer.core.evacuate;

import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The release of an ended assignment that its agent has not acknowledged.
 *
 * @param node the storage node whose agent holds the assignment
 * @param unwanted objects whose copies the agent discards
 */
public record PendingRelease(UUID assignmentId, StorageNodeId node, List<UUID> unwanted) {

    public PendingRelease {
        unwanted = List.copyOf(unwanted);
    }

    /** The same release, but the copies of {@code wanted} stay: a record names them now. */
    PendingRelease keeping(Set<UUID> wanted) {
        return new PendingRelease(
                assignmentId,
                node,
                unwanted.stream().filter(object -> !wanted.contains(object)).toList());
    }
}
