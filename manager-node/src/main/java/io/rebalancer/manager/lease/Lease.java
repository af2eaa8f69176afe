package io.rebalancer.manager.lease;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The right of an incarnation of a job, or of a reconciliation run, to write metadata.
 *
 * <pre>
 * journal: … events of incarnation 1 … │ IncarnationBegan 2 │ events of incarnation 2 …
 * 1 may write ─────────────────────── last proof + VALID ─┤
 *                                       2 waits for VALID ─┴─ and writes from here on
 * </pre>
 *
 * The lease is held for {@link #VALID} after the journal proved that no later incarnation had begun; every stored event
 * is such a proof. A new incarnation waits {@code VALID} after its first event, so two incarnations never write at the
 * same time. The lease expires while a manager is frozen or cut off from its journal. If another incarnation has begun,
 * it is never renewed. Thread-safe.
 */
public final class Lease {
    /** Longer than the time between two events of a busy job, and short enough for a new incarnation to wait for. */
    static final Duration VALID = Duration.ofSeconds(1);

    private final LongSupplier nanoClock;
    private volatile long provenAt;
    private volatile long notBefore;

    /** Not held before the first proof. */
    public Lease(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.provenAt = nanoClock.getAsLong() - VALID.toNanos();
        this.notBefore = nanoClock.getAsLong();
    }

    /** Whether this incarnation may write metadata now. */
    public boolean isHeld() {
        return nanoClock.getAsLong() - notBefore >= 0 && age().compareTo(VALID) < 0;
    }

    /** The time since the last proof was requested. */
    Duration age() {
        return Duration.ofNanos(nanoClock.getAsLong() - provenAt);
    }

    /** The time for {@link #prove}: to be read before the journal is asked, not when it replies. */
    public long now() {
        return nanoClock.getAsLong();
    }

    /** The journal was asked at {@code askedAt}, and knew of no later incarnation. */
    public synchronized void prove(long askedAt) {
        if (askedAt - provenAt > 0) {
            provenAt = askedAt;
        }
    }

    /** This incarnation has just begun: an earlier incarnation may still hold its own lease. */
    public void waitForEarlierIncarnation() {
        notBefore = nanoClock.getAsLong() + VALID.toNanos();
    }
}
