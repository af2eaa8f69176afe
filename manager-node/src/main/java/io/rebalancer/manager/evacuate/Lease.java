package io.rebalancer.manager.evacuate;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether this incarnation of a job may change metadata.
 *
 * <pre>
 * journal: … events of incarnation 1 … │ IncarnationBegan 2 │ events of incarnation 2 …
 * 1 may write ─────────────────────── last proof + VALID ─┤
 *                                       2 waits for VALID ─┴─ and writes from here on
 * </pre>
 *
 * It may for {@link #VALID} after a moment at which the journal proved that no later incarnation had begun: each event that
 * was stored proves it. A later one waits so long after its first event, so that no two ever write. A manager that was
 * frozen, or is cut off from its journal, finds its lease run out; if another incarnation has begun, it is never renewed.
 * Safe for any threads.
 */
final class Lease {
    /** Long enough not to run out while a job stores events, short enough to be waited for. */
    static final Duration VALID = Duration.ofSeconds(1);

    private final LongSupplier nanoClock;
    private volatile long provenAt;
    private volatile long notBefore;

    /** Not held until it is proven. */
    Lease(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.provenAt = nanoClock.getAsLong() - VALID.toNanos();
        this.notBefore = nanoClock.getAsLong();
    }

    boolean held() {
        return nanoClock.getAsLong() - notBefore >= 0 && age().compareTo(VALID) < 0;
    }

    /** How long ago the last proof was asked for. */
    Duration age() {
        return Duration.ofNanos(nanoClock.getAsLong() - provenAt);
    }

    /** The time to prove something from: when the journal is asked, not when it answers. */
    long now() {
        return nanoClock.getAsLong();
    }

    /** The journal was asked at {@code asked}, and knew of no later incarnation. */
    synchronized void proven(long asked) {
        if (asked - provenAt > 0) {
            provenAt = asked;
        }
    }

    /** This incarnation has just begun, and an earlier one may still hold its lease. */
    void outwaitEarlier() {
        notBefore = nanoClock.getAsLong() + VALID.toNanos();
    }
}
