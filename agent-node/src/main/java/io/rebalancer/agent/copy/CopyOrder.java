package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;

/**
 * One copy to be made for an assignment.
 *
 * @param place of the copy in its assignment, from 0
 * @param sizeBytes exact length, or {@link ObjectStore#UNKNOWN_SIZE}
 * @param sources storage nodes to fetch from, best first
 */
public record CopyOrder(
        UUID assignmentId, int place, ObjectKey key, long sizeBytes, ContentMd5 md5, List<StorageNodeId> sources) {

    public CopyOrder {
        sources = List.copyOf(sources);
    }

    /** The order for a task of one of our managers. */
    public static CopyOrder of(UUID assignmentId, int place, CopyTask task) {
        return new CopyOrder(
                assignmentId,
                place,
                new ObjectKey(task.owner(), task.objectId()),
                task.sizeBytes(),
                task.md5(),
                task.sources());
    }
}
