package io.rebalancer.core.limit;

import java.time.Duration;

/**
 * An AIMD limit on the concurrent calls to a peer. It grows by one for each round of successful calls and halves after
 * a failed or slow call. It stays between 1 and a ceiling that can change at any time. Not thread-safe.
 */
public final class AimdLimit {
    private static final int INITIAL = 8;

    private final Duration slow;
    private int ceiling;
    private double limit;
    private int callsUntilNextCut;

    /**
     * @param ceiling highest limit, at least 1
     * @param slow a call that takes at least this long halves the limit
     */
    public AimdLimit(int ceiling, Duration slow) {
        this.slow = slow;
        this.ceiling = ceiling;
        this.limit = Math.min(INITIAL, ceiling);
    }

    /** Number of concurrent calls that are allowed now. */
    public int current() {
        return (int) limit;
    }

    /** Changes the ceiling; takes effect at once. */
    public void setCeiling(int calls) {
        ceiling = calls;
        limit = Math.min(limit, calls);
    }

    /** Adapts the limit to a call that got a reply after {@code took}. */
    public void recordReply(Duration took) {
        if (took.compareTo(slow) >= 0) {
            cut();
            return;
        }
        callsUntilNextCut = Math.max(0, callsUntilNextCut - 1);
        limit = Math.min(ceiling, limit + 1 / limit);
    }

    /** Halves the limit after a call that found the peer unavailable. */
    public void recordFailure() {
        cut();
    }

    /** Concurrent calls see the same trouble, so only the first of them halves the limit. */
    private void cut() {
        if (callsUntilNextCut > 0) {
            callsUntilNextCut--;
            return;
        }
        callsUntilNextCut = current();
        limit = Math.max(1, limit / 2);
    }
}
