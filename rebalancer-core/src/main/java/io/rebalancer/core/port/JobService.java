package io.rebalancer.core.port;

import io.rebalancer.core.evacuate.JobState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** What people and programs may ask about evacuate jobs. Any manager answers for any job. */
public interface JobService {

    /**
     * Creates a job and starts it.
     *
     * @param leavingNode storage id, with or without the domain suffix
     * @param maxRecords how many records the job may take up, or 0 for all
     * @return the job's id once the job is stored; fails with {@link JobRefused}, or with another exception when the
     *     metadata tier or the journal did not answer, and then nothing is known about the job
     */
    CompletionStage<UUID> create(String leavingNode, long maxRecords);

    /** All jobs, newest first. */
    CompletionStage<List<Summary>> list();

    /**
     * Orders a job that takes up what an earlier one left behind: its node is looked through again from the start, so
     * whatever was skipped or failed there is met in its present state (manta.md 2.1).
     *
     * @return the new job's id; fails with {@link JobRefused}
     */
    CompletionStage<UUID> retry(UUID jobId);

    /**
     * Changes how many metadata records a running job switches at a time, at once (manta.md 2.5).
     *
     * @param records 1 to 250
     * @return fails with {@link JobRefused} if the job is not known or does not run, or the number is out of range
     */
    CompletionStage<Void> setCommitParallelism(UUID jobId, int records);

    /** One job as it stands, or empty if there is none with that id. */
    CompletionStage<Optional<View>> get(UUID jobId);

    /**
     * One line of the list of jobs.
     *
     * @param ended whether nothing follows
     * @param failed whether the job ended because it could not go on
     */
    record Summary(UUID id, String leavingNode, Instant createdAt, boolean ended, boolean failed) {}

    /**
     * One job.
     *
     * @param revision number of events stored so far; grows with every change
     */
    record View(UUID id, long revision, JobState state) {}

    /** What was asked can't be done; {@link #getMessage} says why and what to do. */
    final class JobRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Code code;

        /** @param detail what is wrong, where, and what to do; one line */
        public JobRefused(Code code, String detail) {
            super(detail, null, false, false);
            this.code = code;
        }

        /** Why, as a stable word. */
        public Code code() {
            return code;
        }

        /** Why it can't be done. */
        public enum Code {
            UNKNOWN_STORAGE_NODE,
            NODE_ALREADY_LEAVING,
            JOB_NOT_FOUND,
            JOB_NOT_RUNNING,
            BAD_REQUEST
        }
    }
}
