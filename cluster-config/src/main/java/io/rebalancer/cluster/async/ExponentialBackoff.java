package io.rebalancer.cluster.async;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Delays that double with each failure in a row, up to a maximum. Each delay is drawn from the upper half of its range, so
 * that callers that failed together do not retry together.
 *
 * @param min upper bound of the first delay, above zero
 * @param max upper bound of every delay, at least {@code min}
 */
public record ExponentialBackoff(Duration min, Duration max) {
    private static final int MAX_DOUBLINGS = 30;

    /** @throws IllegalArgumentException if {@code min} is not above zero or {@code max} is below it */
    public ExponentialBackoff {
        if (min.isNegative() || min.isZero() || max.compareTo(min) < 0) {
            throw new IllegalArgumentException("backoff needs 0 < min <= max, not " + min + " and " + max);
        }
    }

    /** @param failures failures in a row before this delay, 0 for the first */
    public Duration delay(int failures) {
        long doubled = min.toMillis() << Math.min(Math.max(failures, 0), MAX_DOUBLINGS);
        long ceiling = doubled <= 0 ? max.toMillis() : Math.min(max.toMillis(), doubled);
        return Duration.ofMillis(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling - ceiling / 2 + 1));
    }
}
