package io.rebalancer.core.limit;

/**
 * Limits the rate of pieces whose size is known only when they pass. A piece passes as soon as the earlier ones are paid for,
 * and is paid for afterwards. What is unused for longer than half a second is lost, so that an idle period is not followed by a
 * burst. A new rate applies to what is not paid yet. Not thread-safe.
 */
public final class PacedBudget {
    private static final double SECOND_NANOS = 1e9;
    private static final double MAX_CREDIT_SECONDS = 0.5;

    private long perSecond;
    private double debt;
    private long paidUntilNanos;

    /** @param nowNanos time of a monotonic clock */
    public PacedBudget(long nowNanos) {
        this.paidUntilNanos = nowNanos;
    }

    /**
     * Whether a further piece may pass.
     *
     * @param unitsPerSecond the present rate; 0 for no limit
     * @param nowNanos time of a monotonic clock
     */
    public boolean isFree(long unitsPerSecond, long nowNanos) {
        pay(unitsPerSecond, nowNanos);
        return debt <= 0;
    }

    /** Charges a piece that passes. */
    public void charge(long units) {
        if (perSecond > 0) {
            debt += units;
        }
    }

    /** Seconds until a further piece may pass; 0 if it may now. */
    public double secondsUntilFree() {
        return perSecond == 0 || debt <= 0 ? 0 : debt / perSecond;
    }

    private void pay(long unitsPerSecond, long nowNanos) {
        double seconds = Math.max(0, nowNanos - paidUntilNanos) / SECOND_NANOS;
        paidUntilNanos = nowNanos;
        // What has passed since the last call is paid at the rate that held.
        debt = Math.max(debt - perSecond * seconds, -perSecond * MAX_CREDIT_SECONDS);
        if (unitsPerSecond == 0) {
            debt = 0;
        }
        perSecond = unitsPerSecond;
    }
}
