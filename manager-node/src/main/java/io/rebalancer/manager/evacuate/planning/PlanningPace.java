package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.limit.PacedBudget;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How fast a pass may read and plan. Not thread-safe. */
final class PlanningPace {
    private final LiveLimits limits;
    private final Clock clock;
    private final Instant startedAt;
    private final PacedBudget bytes = new PacedBudget(0);
    private final PacedBudget rows = new PacedBudget(0);
    private Optional<Instant> heldSince = Optional.empty();

    PlanningPace(LiveLimits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** Whether a further assignment may be planned. */
    boolean mayPlan() {
        boolean free = bytes.isFree(limits.now().bytesPerSecond(), nanos());
        heldSince = free ? Optional.empty() : Optional.of(heldSince.orElseGet(clock::instant));
        return free;
    }

    /** An assignment is planned. */
    void planned(long contentBytes) {
        bytes.charge(contentBytes);
    }

    /** Whether further rows may be requested. */
    boolean mayScan() {
        return rows.isFree(limits.now().scanRowsPerSecond(), nanos());
    }

    /** Rows have arrived. */
    void scanned(long count) {
        rows.charge(count);
    }

    /** Since when {@link #mayPlan} has been refusing; empty if it does not. */
    Optional<Instant> heldSince() {
        return heldSince;
    }

    private long nanos() {
        return Duration.between(startedAt, clock.instant()).toNanos();
    }
}
