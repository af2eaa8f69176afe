package io.rebalancer.core.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What is deleted of ended runs.
 *
 * @param runsBefore runs that ended before this time
 * @param failuresBefore failures of repairs whose last one was before this time
 * @param suspectsBefore copies whose content was read as wrong before this time
 */
public record RunRetention(Instant runsBefore, Instant failuresBefore, Instant suspectsBefore) {
    /** Clocks of managers differ by less. A plan that another manager takes for usable is kept. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofHours(1);

    /** A repair that failed again right after its longest pause is still known to have failed before. */
    private static final Duration LEAST_FOR_FAILURES = ParkingRule.LONGEST_PAUSE.multipliedBy(2);

    /** @param retention how long runs are kept after their end */
    public static RunRetention of(Duration retention, Instant now) {
        Duration least = PlanUsability.PLAN_AGE.compareTo(retention) > 0 ? PlanUsability.PLAN_AGE : retention;
        Instant before = now.minus(least).minus(CLOCK_DIFFERENCE);
        Instant failures = now.minus(LEAST_FOR_FAILURES);
        return new RunRetention(before, failures.isBefore(before) ? failures : before, before);
    }

    /**
     * The runs that are deleted.
     *
     * @param ended runs that ended before {@link #runsBefore}
     * @param needed runs that have not ended, and the plans that they carry out
     */
    public static List<UUID> deletable(Collection<UUID> ended, Set<UUID> needed) {
        return ended.stream().filter(run -> !needed.contains(run)).toList();
    }
}
