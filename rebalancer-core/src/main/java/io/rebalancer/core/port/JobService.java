package io.rebalancer.core.port;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.SettingsReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The operations on evacuate jobs. Every manager serves all jobs. */
public interface JobService {

    /**
     * Creates a job and starts it.
     *
     * @param leavingNode storage id, with or without the domain suffix
     * @param maxRecords the maximum number of records that the job takes up, or 0 for all
     * @return the job's id once the job is stored. Fails with {@link JobRefused} if there is no such job afterwards; any
     *     other failure means that the metadata tier or the journal did not reply, and the job may exist
     */
    CompletionStage<UUID> create(String leavingNode, long maxRecords);

    /**
     * As {@link #create(String, long)}. If a job with this id exists, nothing is created.
     *
     * @param jobId the id of the new job
     */
    CompletionStage<UUID> create(UUID jobId, String leavingNode, long maxRecords);

    /** All jobs, newest first. */
    CompletionStage<List<Summary>> list();

    /**
     * Creates a job for the same node as an ended job. The new job scans the node from the start, so it meets every record
     * that the ended job skipped or failed in its current state (manta.md 2.1).
     *
     * @return the new job's id; fails with {@link JobRefused} if the job is not known, or a job already empties its node
     */
    CompletionStage<UUID> retry(UUID jobId);

    /**
     * Retries the exceptions of a job that have one of these reasons, as its list shows them. Each is read by its key, without a
     * scan. A job that runs does so in its next pass, which begins without delay; safe to repeat. For an ended job, this
     * creates a job that looks at nothing else. The new job proves nothing about other records, so it never ends as DONE.
     *
     * @param reasons at least one
     * @return fails with {@link JobRefused} as {@link #retry(UUID)}, and if the job is in a phase in which no pass may begin
     */
    CompletionStage<Retry> retry(UUID jobId, Set<Reason> reasons);

    /** What retries exceptions. */
    sealed interface Retry {}

    /** A new job. */
    record NewJob(UUID id) implements Retry {}

    /**
     * The job itself.
     *
     * @param job after the order
     */
    record NextPass(View job) implements Retry {}

    /**
     * Changes settings of a job that has not ended. The change takes effect at once, and survives restarts. Safe to repeat.
     *
     * @param by who orders that
     * @return the job after the order; fails with {@link JobRefused} if the job is not known, or has ended
     */
    CompletionStage<View> changeSettings(UUID jobId, SettingsChange change, String by);

    /** Which settings hold for a job, and why. Fails with {@link JobRefused} if the job is not known. */
    CompletionStage<SettingsReport> settings(UUID jobId);

    /**
     * Cancels a job. Verified copies are still committed; agents discard all others. The job is {@code CANCELLED} once every
     * agent has acknowledged that nothing is written for it any more; until then, the view states what it waits for. The
     * storage node stays out of service. Safe to repeat.
     *
     * @return the job after the order; fails with {@link JobRefused} if the job is not known, or ends without the order
     */
    CompletionStage<View> cancel(UUID jobId);

    /**
     * Pauses a job. It is {@code PAUSED} once every agent at work has confirmed that nothing is written for it any more, and no
     * metadata write is in progress; until then, the view names what has not confirmed. Safe to repeat.
     *
     * @return the job after the order; fails with {@link JobRefused} if the job is not known, or is in a phase without a pause
     */
    CompletionStage<View> pause(UUID jobId);

    /**
     * Lets a paused job continue where the pause has interrupted it. Safe to repeat, also for a job that was not paused.
     *
     * @return the job after the order; fails with {@link JobRefused} if the job is not known, or ends
     */
    CompletionStage<View> resume(UUID jobId);

    /** The current state of one job; empty if there is no job with this id. */
    CompletionStage<Optional<View>> get(UUID jobId);

    /**
     * One line of the list of jobs.
     *
     * @param ended whether the job is in a terminal phase
     * @param failed whether that phase is {@code FAILED}
     */
    record Summary(UUID id, String leavingNode, Instant createdAt, boolean ended, boolean failed) {}

    /**
     * One job.
     *
     * @param revision number of events stored so far; grows with every change
     * @param waiting what the job waits for now
     * @param verifying how far the verification has come; empty if none runs now
     */
    record View(
            UUID id, long revision, JobOutline state, List<JobWait> waiting, Optional<VerificationProgress> verifying) {
        public View {
            waiting = List.copyOf(waiting);
        }
    }

    /** The operation is refused. {@link #getMessage} states why, and what to do. */
    final class JobRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Code code;

        /** @param detail what is wrong, where, and what to do; one line */
        public JobRefused(Code code, String detail) {
            super(detail, null, false, false);
            this.code = code;
        }

        /** The reason as a stable word. */
        public Code code() {
            return code;
        }

        /** The reasons of a refusal. */
        public enum Code {
            UNKNOWN_STORAGE_NODE,
            NODE_ALREADY_LEAVING,
            ILLEGAL_NODE_STATE,
            JOB_NOT_FOUND,
            JOB_NOT_RUNNING,
            BAD_REQUEST
        }
    }
}
