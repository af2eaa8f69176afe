package io.rebalancer.persistence.readside;

import java.util.concurrent.CompletionStage;

/** Deletes events from a journal. The stages of all methods fail if the journal fails. Never blocks. */
public interface EventDeletion {

    /**
     * The number of the last event that the newest snapshot but one includes; 0 if there are fewer than two snapshots. The
     * entity recovers from that snapshot if the newest one is damaged, so the events after it are needed.
     */
    CompletionStage<Long> neededAfter(String persistenceId);

    /**
     * Deletes the events up to and including number {@code to}. May be repeated.
     *
     * @return the number of events that were deleted, or an upper bound of it
     */
    CompletionStage<Long> deleteTo(String persistenceId, long to);
}
