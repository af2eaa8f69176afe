package io.rebalancer.core.port;

import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.object.RecordRef;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The attempts of jobs to move records, as the read side lists them. */
public interface RecordAttempts {
    /** The maximum number of records of one call. */
    int MAX_RECORDS = 1000;

    /**
     * The attempts of a job that left these records on the leaving node.
     *
     * @param records at most {@link #MAX_RECORDS}
     * @return without the records that no attempt left; fails if the database fails
     */
    CompletionStage<Map<RecordRef, AttemptHistory>> of(UUID jobId, Collection<RecordRef> records);
}
