package io.rebalancer.core.port;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The assignments of the cluster's jobs that an agent holds: accepted and not released. */
public interface HeldAssignments {

    /** The maximum number of assignments of a page, so that it fits into one message between members. */
    int MAX_PAGE = 1000;

    /**
     * A page of the held assignments, by id.
     *
     * @param after the id of the last assignment of the previous page; empty for the first page
     * @param limit the maximum number of assignments, 1 to {@link #MAX_PAGE}
     */
    CompletionStage<HeldPage> list(Optional<UUID> after, int limit);

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

    /**
     * Held assignments.
     *
     * @param more whether there are assignments with higher ids
     */
    record HeldPage(List<Line> lines, boolean more) {
        public HeldPage {
            lines = List.copyOf(lines);
        }
    }

    /** Results of {@link #drop}. */
    enum Drop {
        DROPPED,
        UNKNOWN,
        /** Copies are in progress, and the caller did not force the drop. */
        IN_PROGRESS
    }
}
