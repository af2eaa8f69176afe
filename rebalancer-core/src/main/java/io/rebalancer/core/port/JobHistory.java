package io.rebalancer.core.port;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The read side of all jobs, page by page. Every manager serves it. It lags behind the jobs by a fraction of a second.
 */
public interface JobHistory {
    /** The maximum number of items of a page. */
    int MAX_PAGE = 1000;

    /** All jobs, as {@link #jobs(JobFilter, Optional, int)}. */
    default CompletionStage<Page<JobLine>> jobs(Optional<String> after, int limit) {
        return jobs(JobFilter.ALL, after, limit);
    }

    /** The jobs that a filter chooses, newest first. */
    default CompletionStage<Page<JobLine>> jobs(JobFilter filter, Optional<String> after, int limit) {
        return jobs(filter, ListOrder.NEWEST, after, limit);
    }

    /**
     * The jobs that a filter chooses, by the time of their creation. A cursor names a place in the list of all jobs, so jobs that begin or cease to
     * fit the filter between two pages change no other job of later pages.
     *
     * @param after the {@code next} of the previous page, which had the same order; empty for the first page
     * @param limit the maximum number of items, 1 to {@link #MAX_PAGE}
     * @return fails with {@link BadCursor} if {@code after} is not the {@code next} of a page in this order
     */
    CompletionStage<Page<JobLine>> jobs(JobFilter filter, ListOrder order, Optional<String> after, int limit);

    /** The records that stay on the leaving node, those whose last report is oldest first. */
    default CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, Optional<String> after, int limit) {
        return exceptions(jobId, reason, ListOrder.OLDEST, after, limit);
    }

    /**
     * Records that stay on the leaving node, in the order of their last report: those that the current pass skipped or
     * failed, and those of the previous pass that the current pass has not met again yet.
     *
     * @param reason only records with this reason; empty for all records
     */
    CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, ListOrder order, Optional<String> after, int limit);

    /** Actions on jobs, newest first. */
    default CompletionStage<Page<AuditLine>> audit(Optional<String> after, int limit) {
        return audit(ListOrder.NEWEST, after, limit);
    }

    /** Actions on jobs. */
    CompletionStage<Page<AuditLine>> audit(ListOrder order, Optional<String> after, int limit);

    /** Copies that may stay on storage nodes, newest first. */
    default CompletionStage<Page<OrphanLine>> orphans(Optional<UUID> jobId, Optional<String> after, int limit) {
        return orphans(jobId, ListOrder.NEWEST, after, limit);
    }

    /**
     * Copies that may stay on storage nodes, and that no metadata record is known to name. The list grows also after a job has ended, until all agents have acknowledged the end of their assignments.
     *
     * @param jobId only copies of this job; empty for all jobs
     */
    CompletionStage<Page<OrphanLine>> orphans(Optional<UUID> jobId, ListOrder order, Optional<String> after, int limit);

    /**
     * What a job did over time.
     *
     * @param now the time at which the history of a job ends that has not ended
     * @return empty if the read side does not know the job: the registry has no such job, or it is not projected yet
     */
    CompletionStage<Optional<RateHistory>> rates(UUID jobId, RateQuery query, Instant now);

    /** The sequence number of the last event of a job that is projected; 0 if none is. */
    CompletionStage<Long> takenIn(UUID jobId);

    /**
     * A page of a list.
     *
     * @param next the cursor of the next page; empty on the last page
     */
    record Page<T>(List<T> items, Optional<String> next) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /**
     * Which jobs a list has.
     *
     * @param states only jobs in one of these states; empty for any state
     * @param leavingNode only jobs that empty the node with this storage id; empty for any node
     * @param datacenter only jobs for nodes in this datacenter; empty for any datacenter
     */
    record JobFilter(Set<JobPhase> states, Optional<String> leavingNode, Optional<String> datacenter) {
        /** All jobs. */
        public static final JobFilter ALL = new JobFilter(Set.of(), Optional.empty(), Optional.empty());

        public JobFilter {
            states = Set.copyOf(states);
        }
    }

    /** One job, as of its last projected event. */
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

    /**
     * One record that stays on the leaving node, with its reason.
     *
     * @param pass the pass that skipped or failed the record last
     * @param attempts how many times events skipped or failed the record, over all passes
     * @param storageNode the destination of the last attempt; empty if none was chosen
     * @param assignmentId the assignment of the last attempt; empty if there was none
     * @param firstAt when the first of those events was stored; empty if an earlier build stored the exception
     * @param lastAt when the last of them was stored; empty as {@code firstAt}
     */
    record ExceptionLine(
            int shard,
            String key,
            UnmovedRecord.Kind kind,
            Reason reason,
            String detail,
            int pass,
            int attempts,
            Optional<String> storageNode,
            Optional<UUID> assignmentId,
            Optional<Instant> firstAt,
            Optional<Instant> lastAt) {}

    /**
     * An action on a job.
     *
     * @param action a stable word, such as {@code job_created}
     */
    record AuditLine(Instant at, UUID jobId, String action, String detail) {}

    /**
     * A copy that may stay on a storage node.
     *
     * @param detail why the copy stays
     * @param recordedAt when the job recorded that
     */
    record OrphanLine(
            UUID jobId, UUID assignmentId, String storageNode, UUID objectId, String detail, Instant recordedAt) {}

    /** A cursor is not the {@code next} of any page. */
    final class BadCursor extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param cause why the cursor can't be read, if that is known */
        public BadCursor(String given, @Nullable Throwable cause) {
            this(cause, "not a page cursor: " + given + "; use the \"next\" of the previous page, or omit \"after\"");
        }

        private BadCursor(@Nullable Throwable cause, String message) {
            super(message, cause, false, false);
        }

        /** The cursor of a page whose list has another order than the request. */
        public static BadCursor ofOtherOrder(String given) {
            return new BadCursor(
                    null,
                    "the page cursor " + given + " is of a list in another order; ask for the order of the previous"
                            + " page, or omit \"after\"");
        }
    }
}
