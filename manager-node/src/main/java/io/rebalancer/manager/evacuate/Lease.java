package io.rebalancer.manager.evacuate;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether this incarnation of a job may still change anything outside its journal. It may for a few seconds after a
 * moment at which the journal proved that no other incarnation had begun: another one is never begun so soon after the
 * cluster lost sight of this one. A manager that was frozen, or cut off from its journal, finds its lease run out and
 * changes nothing until the proof is renewed; if another has begun meanwhile, it never is. Safe for any threads.
 */
final class Lease {
    /**
     * Shorter than it takes to give a silent member up: its failure detector's pause, the split brain resolver's
     * stable-after and the removal margin, 7.5 s together as shipped.
     */
    static final Duration VALID = Duration.ofSeconds(6);

    private final LongSupplier nanoClock;
    private volatile long provenAt;

    /** Not held until it is proven. */
    Lease(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.provenAt = nanoClock.getAsLong() - VALID.toNanos();
    }

    boolean held() {
        return age().compareTo(VALID) < 0;
    }

    /** How long ago the last proof was asked for. */
    Duration age() {
        return Duration.ofNanos(nanoClock.getAsLong() - provenAt);
    }

    /** The time to prove something from: when the journal is asked, not when it answers. */
    long now() {
        return nanoClock.getAsLong();
    }

    /** The journal was asked at {@code asked}, and knew of no other incarnation. */
    synchronized void proven(long asked) {
        if (asked - provenAt > 0) {
            provenAt = asked;
        }
    }
}
