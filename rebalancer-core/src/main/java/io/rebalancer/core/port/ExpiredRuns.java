package io.rebalancer.core.port;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Deletes what the database has of runs of reconciliation that ended long ago. The stages fail if the database does. */
public interface ExpiredRuns {
    /** Rows that one call deletes, at most. */
    int MAX_ROWS = 1000;

    /**
     * Runs that ended before this time, oldest first.
     *
     * @param limit maximum number of runs, at least 1
     */
    CompletionStage<List<UUID>> endedBefore(Instant time, int limit);

    /** Deletes some findings of a run, and returns their number. Fewer than {@link #MAX_ROWS}: there are no more. */
    CompletionStage<Integer> deleteFindings(UUID runId);

    /** Deletes the run from the list of runs. */
    CompletionStage<Void> deleteRun(UUID runId);

    /**
     * Deletes some failures of repairs whose last one was before this time, and returns their number. Fewer than
     * {@link #MAX_ROWS}: there are no more.
     */
    CompletionStage<Integer> deleteFailures(Instant before);

    /**
     * Deletes some copies whose content was read as wrong before this time, and returns their number. Fewer than
     * {@link #MAX_ROWS}: there are no more.
     */
    CompletionStage<Integer> deleteSuspects(Instant before);
}
