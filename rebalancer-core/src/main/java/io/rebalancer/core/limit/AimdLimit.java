package io.rebalancer.core.limit;

import java.time.Duration;

/**
 * How many calls a peer bears at a time: one more for each round of calls that went well, half as many after one that
 * failed or was slow. Between 1 and a ceiling that may be moved at any time. For one thread at a time.
 */
public final class AimdLimit {
    private static final int FIRST = 8;

    private final Duration slow;
    private int ceiling;
    private double limit;
    private int untilNextCut;

    /**
     * @param ceiling at least 1
     * @param slow an answer that takes so long counts as trouble
     */
    public AimdLimit(int ceiling, Duration slow) {
        this.slow = slow;
        this.ceiling = ceiling;
        this.limit = Math.min(FIRST, ceiling);
    }

    /** Calls allowed at a time. */
    public int now() {
        return (int) limit;
    }

    /** Takes effect at once. */
    public void setCeiling(int calls) {
        ceiling = calls;
        limit = Math.min(limit, calls);
    }

    /** A call was answered. */
    public void answered(Duration took) {
        if (took.compareTo(slow) >= 0) {
            cut();
            return;
        }
        untilNextCut = Math.max(0, untilNextCut - 1);
        limit = Math.min(ceiling, limit + 1 / limit);
    }

    /** A call found the peer unavailable. */
    public void failed() {
        cut();
    }

    /** Calls that were under way together tell of one and the same trouble, so only the first of them cuts. */
    private void cut() {
        if (untilNextCut > 0) {
            untilNextCut--;
            return;
        }
        untilNextCut = now();
        limit = Math.max(1, limit / 2);
    }
}
