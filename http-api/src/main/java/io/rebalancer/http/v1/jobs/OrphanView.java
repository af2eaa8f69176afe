package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.JobHistory.OrphanLine;
import java.time.Instant;
import java.util.UUID;

/**
 * A copy that may stay on a storage node, and that no metadata record is known to name.
 *
 * @param job id of the job that ordered the copy
 * @param assignment id of the assignment that the copy was part of
 * @param storageNode storage id of the node
 * @param object id of the object
 * @param detail why the copy stays
 * @param recordedAt when the job recorded that
 */
record OrphanView(UUID job, UUID assignment, String storageNode, UUID object, String detail, Instant recordedAt) {

    static OrphanView of(OrphanLine line) {
        return new OrphanView(
                line.jobId(),
                line.assignmentId(),
                line.storageNode(),
                line.objectId(),
                line.detail(),
                line.recordedAt());
    }
}
