package io.rebalancer.manager.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides whether a failure that repeats every few seconds is logged: at once, then every ten minutes. Not thread-safe. */
final class RareWarning {
    static final Duration INTERVAL = Duration.ofMinutes(10);

    private Optional<Instant> last = Optional.empty();

    /** Whether a failure is logged now. */
    boolean isDue(Instant now) {
        if (last.filter(before -> now.isBefore(before.plus(INTERVAL))).isPresent()) {
            return false;
        }
        last = Optional.of(now);
        return true;
    }

    /** The failure is over. */
    void reset() {
        last = Optional.empty();
    }
}
