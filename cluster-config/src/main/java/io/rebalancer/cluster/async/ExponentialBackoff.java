package io.rebalancer.cluster.async;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Delays that double with each consecutive failure, up to a maximum. Each delay is drawn at random from the upper half
 * of its range, so that callers that failed together do not retry together.
 *
 * @param min upper bound of the first delay, above zero
 * @param max upper bound of every delay, at least {@code min}
 */
public record ExponentialBackoff(Duration min, Duration max) {
    /** @throws IllegalArgumentException if {@code min} is not above zero or {@code max} is below it */
    public ExponentialBackoff {
        if (min.isNegative() || min.isZero() || max.compareTo(min) < 0) {
            throw new IllegalArgumentException("backoff needs 0 < min <= max, not " + min + " and " + max);
        }
    }

    /** @param failures number of earlier consecutive failures; 0 for the first delay */
    public Duration delay(int failures) {
        long first = Math.max(1, min.toMillis());
        int doublings = Math.min(Math.max(failures, 0), Long.numberOfLeadingZeros(first) - 1);
        long ceiling = Math.min(max.toMillis(), first << doublings);
        return Duration.ofMillis(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling - ceiling / 2 + 1));
    }
}
