package io.rebalancer.core.port;

import io.rebalancer.core.explain.JobBlockers;
import io.rebalancer.core.explain.JobFigures;
import io.rebalancer.core.explain.ObjectExplanation;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Explains what a job does with an object, and what holds a job. Every manager does. Nothing is changed. */
public interface ExplainService {

    /**
     * Explains all records of an object, wherever they are.
     *
     * @return completes within seconds: shards without an answer are named in it. Fails with
     *     {@link JobService.JobRefused} if there is no such job, and with {@link LookupRefused} if too many look-ups are in
     *     progress
     */
    CompletionStage<ObjectExplanation> whyObject(UUID jobId, UUID objectId);

    /**
     * Explains the record with a key.
     *
     * @param key the full key, exactly as stored: {@code /ACCOUNT-UUID/stor/...}
     * @return as {@link #whyObject}
     */
    CompletionStage<ObjectExplanation> whyKey(UUID jobId, String key);

    /**
     * What holds a job, and its bottleneck.
     *
     * @return fails with {@link JobService.JobRefused} if there is no such job
     */
    CompletionStage<JobBlockers> blockers(UUID jobId);

    /**
     * How far a job is, how fast it is, and when its pass ends.
     *
     * @return fails with {@link JobService.JobRefused} if there is no such job
     */
    CompletionStage<JobFigures> progress(UUID jobId);

    /** As many look-ups as allowed are in progress. The caller may repeat the request. */
    final class LookupRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public LookupRefused(int limit) {
            super(
                    limit + " look-ups of objects are in progress on this manager, and each asks every metadata shard",
                    null,
                    false,
                    false);
        }
    }
}
