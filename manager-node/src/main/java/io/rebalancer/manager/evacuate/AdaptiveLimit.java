package io.rebalancer.manager.evacuate;

import java.time.Duration;

/**
 * How many calls a peer bears at a time: one more for each round of calls that went well, half as many after one that
 * failed or was slow. Between 1 and a ceiling that may be moved at any time.
 */
final class AdaptiveLimit {
    private static final int FIRST = 8;
    private static final Duration SLOW = Duration.ofSeconds(1);

    private int ceiling;
    private double limit;
    private int untilNextCut;

    /** @param ceiling at least 1 */
    AdaptiveLimit(int ceiling) {
        this.ceiling = ceiling;
        this.limit = Math.min(FIRST, ceiling);
    }

    /** Calls allowed at a time. */
    int now() {
        return (int) limit;
    }

    void setCeiling(int calls) {
        ceiling = calls;
        limit = Math.min(limit, calls);
    }

    /** A call was answered. */
    void answered(Duration took) {
        if (took.compareTo(SLOW) >= 0) {
            cut();
            return;
        }
        untilNextCut = Math.max(0, untilNextCut - 1);
        limit = Math.min(ceiling, limit + 1 / limit);
    }

    /** A call found the peer unavailable. */
    void failed() {
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
