package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.storage.Refusal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Objects that only nodes with an unreachable agent could take. They wait here, each from its own start, while the objects
 * behind them are placed. At most {@link #MAX_OBJECTS}: one more pushes out the oldest.
 */
final class SetAside {
    static final int MAX_OBJECTS = 1_000;

    /** Ordered by {@code since}. */
    private final Deque<Waiter> waiters = new ArrayDeque<>();

    private boolean retryDue;

    /**
     * A waiting object.
     *
     * @param since when it was set aside
     * @param refusal the nodes that could take it
     */
    record Waiter(Candidate candidate, Instant since, Refusal refusal) {}

    /** Adds the newest object, and returns the oldest if there is no space for both. */
    Optional<Waiter> add(Waiter waiter) {
        waiters.addLast(waiter);
        return waiters.size() > MAX_OBJECTS ? Optional.of(waiters.removeFirst()) : Optional.empty();
    }

    /** Destinations may have become available. */
    void requestRetry() {
        retryDue = true;
    }

    /** All objects, if a retry is due; {@link #add} those that have to wait longer. */
    List<Waiter> takeForRetry() {
        if (!retryDue) {
            return List.of();
        }
        retryDue = false;
        List<Waiter> all = List.copyOf(waiters);
        waiters.clear();
        return all;
    }

    /** Removes and returns the objects that were set aside at or before {@code deadline}. */
    List<Waiter> takeSetAsideUntil(Instant deadline) {
        List<Waiter> expired = new ArrayList<>();
        while (!waiters.isEmpty() && !waiters.getFirst().since().isAfter(deadline)) {
            expired.add(waiters.removeFirst());
        }
        return expired;
    }

    Optional<Waiter> oldest() {
        return Optional.ofNullable(waiters.peekFirst());
    }

    int size() {
        return waiters.size();
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }
}
