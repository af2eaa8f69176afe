package io.rebalancer.core.rates;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which part of a job's history is asked for.
 *
 * @param from the begin; empty for the begin of the history
 * @param to the end; empty for the end of the job, or for now if it has not ended
 * @param window the length of the part before {@code to}, in place of {@code from}; empty if {@code from} decides
 * @param points the maximum number of steps, {@link #MIN_POINTS} to {@link #MAX_POINTS}
 */
public record RateQuery(Optional<Instant> from, Optional<Instant> to, Optional<Duration> window, int points) {
    /** The begin of a part may lie within a step, so two steps may be needed however long they are. */
    public static final int MIN_POINTS = 2;

    public static final int MAX_POINTS = 1000;
    public static final int DEFAULT_POINTS = 240;
    /** The longest window: longer than any job. */
    public static final Duration MAX_WINDOW = Duration.ofDays(3650);

    /** The whole history. */
    public static final RateQuery ALL =
            new RateQuery(Optional.empty(), Optional.empty(), Optional.empty(), DEFAULT_POINTS);

    /** @throws IllegalArgumentException if the parts contradict each other; the message names what to change */
    public RateQuery {
        if (points < MIN_POINTS || points > MAX_POINTS) {
            throw new IllegalArgumentException(
                    "points must be " + MIN_POINTS + " to " + MAX_POINTS + ", not " + points);
        }
        if (from.isPresent() && window.isPresent()) {
            throw new IllegalArgumentException("give from or window, not both");
        }
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new IllegalArgumentException("from must be before to: " + from.get() + " is not before " + to.get());
        }
        if (window.isPresent()
                && (window.get().compareTo(Duration.ofMinutes(1)) < 0
                        || window.get().compareTo(MAX_WINDOW) > 0)) {
            throw new IllegalArgumentException("window must be 60 to " + MAX_WINDOW.toSeconds() + " seconds, not "
                    + window.get().toSeconds());
        }
    }
}
