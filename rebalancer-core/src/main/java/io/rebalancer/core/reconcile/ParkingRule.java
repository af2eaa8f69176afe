package io.rebalancer.core.reconcile;

import java.time.Duration;
import java.time.Instant;

/**
 * When a repair that failed is tried again. One that fails always would else use the limit of its class in every run, and
 * repairs that could succeed would never be tried.
 */
public final class ParkingRule {
    /** So many failures, each in another run, park a repair. */
    public static final int FAILURES = 3;

    private static final Duration FIRST_PAUSE = Duration.ofDays(1);
    private static final int MOST_DOUBLINGS = 5;

    /** The longest time that a repair waits: 32 days. */
    public static final Duration LONGEST_PAUSE = FIRST_PAUSE.multipliedBy(1L << MOST_DOUBLINGS);

    private ParkingRule() {}

    /**
     * Failures of one repair.
     *
     * @param failures number of runs in a row in which it failed, at least 1
     * @param lastAt when it failed last
     */
    public record Failures(int failures, Instant lastAt) {}

    /** Whether the repair waits now: a day after the third failure, twice as long after each further one, at most 32 days. */
    public static boolean isParked(Failures known, Instant now) {
        if (known.failures() < FAILURES) {
            return false;
        }
        int doublings = Math.min(known.failures() - FAILURES, MOST_DOUBLINGS);
        return now.isBefore(known.lastAt().plus(FIRST_PAUSE.multipliedBy(1L << doublings)));
    }
}
