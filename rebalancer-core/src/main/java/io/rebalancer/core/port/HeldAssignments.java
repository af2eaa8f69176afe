package io.rebalancer.core.port;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The assignments of the cluster's jobs that an agent holds: accepted and not released. */
public interface HeldAssignments {

    /** The held assignments, at most as many as the agent accepts. */
    CompletionStage<List<Line>> list();

    /**
     * Drops an assignment whose job will never release it, because the managers have lost the job. Its verified copies stay
     * on the storage node.
     *
     * @param force also drops an assignment with copies in progress, and ends these
     */
    CompletionStage<Drop> drop(UUID assignmentId, boolean force);

    /**
     * A held assignment.
     *
     * @param tasks number of its copy tasks
     * @param ended tasks that ended, failed ones included
     * @param failed tasks that failed
     */
    record Line(UUID id, UUID jobId, int tasks, int ended, int failed) {}

    /** Results of {@link #drop}. */
    enum Drop {
        DROPPED,
        UNKNOWN,
        /** Copies are in progress, and the caller did not force the drop. */
        IN_PROGRESS
    }
}
