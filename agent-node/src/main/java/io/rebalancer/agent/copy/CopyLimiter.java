package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.limit.AimdLimit;
import java.time.Duration;

/**
 * Limits the copies that an agent makes at a time and the bytes it fetches per second. Below the operator's limits, an
 * AIMD limit lowers the concurrency further while the agent's disk is slow or its sources fail, because users depend on
 * both.
 */
public final class CopyLimiter {
    /**
     * A flush is slow if it takes longer than a disk with 30 forces and 25 MiB per second would need for it, and half a
     * second in addition. So neither a large group nor a large object is slow because of its size.
     */
    private static final Duration SLOW_FLUSH = Duration.ofMillis(500);

    private static final Duration EXPECTED_PER_FORCE = Duration.ofMillis(33);
    private static final Duration EXPECTED_PER_MIB = Duration.ofMillis(40);

    /** Fetches are judged in windows of this size. */
    private static final int FETCH_WINDOW = 50;

    /** Failures in a window that do not count as trouble. */
    private static final int MAX_FAILURES = 10;

    private final Throttle throttle;
    private final AimdLimit aimdLimit;
    private final boolean adaptive;
    private volatile CopyLimits limits;
    private int fetches;
    private int failures;

    /** @param adaptive whether the AIMD limit applies */
    public CopyLimiter(CopyLimits limits, boolean adaptive) {
        this.throttle = new Throttle(limits.bytesPerSecond());
        this.aimdLimit = new AimdLimit(limits.parallelFetches(), SLOW_FLUSH);
        this.adaptive = adaptive;
        this.limits = limits;
    }

    /** The operator's limits. */
    public CopyLimits limits() {
        return limits;
    }

    /** Replaces the operator's limits. Copies that are already running continue. */
    void setLimits(CopyLimits newLimits) {
        limits = newLimits;
        synchronized (aimdLimit) {
            aimdLimit.setCeiling(newLimits.parallelFetches());
        }
        throttle.setRate(newLimits.bytesPerSecond());
    }

    /** Copies allowed at a time now, at most {@link CopyLimits#parallelFetches}. */
    public int effectiveFetches() {
        if (!adaptive) {
            return limits.parallelFetches();
        }
        synchronized (aimdLimit) {
            return aimdLimit.current();
        }
    }

    Throttle throttle() {
        return throttle;
    }

    void recordFetch(boolean sourceUnhealthy) {
        synchronized (aimdLimit) {
            fetches++;
            failures += sourceUnhealthy ? 1 : 0;
            if (failures > MAX_FAILURES) {
                aimdLimit.recordFailure();
            }
            if (failures > MAX_FAILURES || fetches >= FETCH_WINDOW) {
                fetches = 0;
                failures = 0;
            }
        }
    }

    /**
     * Records a flush.
     *
     * @param duration without the wait for a thread
     * @param files files and directories that were forced
     * @param bytes content of the files
     */
    void recordFlush(Duration duration, int files, long bytes) {
        Duration expected = EXPECTED_PER_FORCE.multipliedBy(files).plus(EXPECTED_PER_MIB.multipliedBy(bytes >> 20));
        Duration excess = duration.minus(expected);
        synchronized (aimdLimit) {
            aimdLimit.recordReply(excess.isNegative() ? Duration.ZERO : excess);
        }
    }
}
