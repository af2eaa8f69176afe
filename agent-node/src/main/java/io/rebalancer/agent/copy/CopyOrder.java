package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;

/**
 * The order to make one copy for an assignment.
 *
 * @param jobEpoch epoch of the job's incarnation that gave the order, or 0 if it comes from no job
 * @param taskIndex index of the copy task in its assignment, from 0
 * @param sizeBytes exact length, or {@link ObjectStore#UNKNOWN_SIZE}
 * @param sources storage nodes to fetch from, best first
 */
public record CopyOrder(
        UUID assignmentId,
        long jobEpoch,
        int taskIndex,
        ObjectKey key,
        long sizeBytes,
        ContentMd5 md5,
        List<StorageNodeId> sources) {

    public CopyOrder {
        sources = List.copyOf(sources);
    }

    /** Whether a job gave the order: it then names all storage nodes that the metadata record names. */
    boolean isFromJob() {
        return jobEpoch > 0;
    }

    /** The order for a copy task that a manager sent through the cluster. */
    public static CopyOrder of(UUID assignmentId, long jobEpoch, int taskIndex, CopyTask task) {
        return new CopyOrder(
                assignmentId,
                jobEpoch,
                taskIndex,
                new ObjectKey(task.owner(), task.objectId()),
                task.sizeBytes(),
                task.md5(),
                task.sources());
    }
}
