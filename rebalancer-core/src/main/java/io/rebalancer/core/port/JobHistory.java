package io.rebalancer.core.port;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCounts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What became of jobs, to be looked through page by page. Any manager answers. It follows the jobs themselves a fraction
 * of a second behind.
 */
public interface JobHistory {
    /** Most lines of one page. */
    int MAX_PAGE = 1000;

    /**
     * Jobs, newest first.
     *
     * @param after where an earlier page ended, as it said; empty for the first
     * @param most lines of the page, 1 to {@link #MAX_PAGE}
     * @return fails with {@link BadCursor} if {@code after} is of no page
     */
    CompletionStage<Page<JobLine>> jobs(Optional<String> after, int most);

    /**
     * Records that a job's present or last pass skipped or failed, in the order in which that became known.
     *
     * @param reason only those with this cause
     */
    CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, Optional<String> after, int most);

    /** What was done to jobs, newest first. */
    CompletionStage<Page<AuditLine>> audit(Optional<String> after, int most);

    /** How far a job's events have been taken in: the number of the last one, 0 for none. */
    CompletionStage<Long> takenIn(UUID jobId);

    /**
     * A part of a list.
     *
     * @param next where the next page begins, if there is more
     */
    record Page<T>(List<T> items, Optional<String> next) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /** One job, as of the last event taken in. */
    record JobLine(
            UUID id,
            String leavingNode,
            String datacenter,
            String state,
            String reason,
            Instant createdAt,
            Optional<Instant> endedAt,
            int pass,
            long epoch,
            JobCounts counts) {}

    /** One record that stayed where it was, and why. */
    record ExceptionLine(int shard, String key, UnmovedRecord.Kind kind, Reason reason, String detail) {}

    /**
     * Something that was done to a job.
     *
     * @param action a stable word
     */
    record AuditLine(Instant at, UUID jobId, String action, String detail) {}

    /** What was given as the end of an earlier page is none. */
    final class BadCursor extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param cause what is wrong with it, if that is known */
        public BadCursor(String given, @Nullable Throwable cause) {
            super(
                    "not where a page ended: " + given + "; give what an earlier answer had as next",
                    cause,
                    false,
                    false);
        }
    }
}
