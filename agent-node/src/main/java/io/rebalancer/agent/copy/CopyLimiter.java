package io.rebalancer.agent.copy;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.limit.AimdLimit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;

/**
 * Limits the copies that an agent makes at a time and the bytes it fetches per second. Below the operator's limits, an
 * AIMD limit lowers the concurrency further while the agent's disk is slow or its sources fail, because users depend on
 * both.
 */
public final class CopyLimiter {
    private static final Duration SLOW_FLUSH = Duration.ofMillis(500);

    /** Fetches are judged in windows of this size. */
    private static final int FETCH_WINDOW = 50;

    /** Failures in a window that do not count as trouble. */
    private static final int MAX_FAILURES = 10;

    private final Throttle throttle;
    private final ConcurrencyLimiter limiter = new ConcurrencyLimiter(this::effectiveFetches);
    private final AimdLimit aimdLimit;
    private final boolean adaptive;
    private volatile CopyLimits limits;
    private int fetches;
    private int failures;

    /** @param adaptive whether the AIMD limit applies */
    public CopyLimiter(ActorSystem<?> system, CopyLimits limits, boolean adaptive) {
        this.throttle = new Throttle(system, limits.bytesPerSecond());
        this.aimdLimit = new AimdLimit(limits.parallelFetches(), SLOW_FLUSH);
        this.adaptive = adaptive;
        this.limits = limits;
    }

    /** The operator's limits. */
    public CopyLimits limits() {
        return limits;
    }

    /** Replaces the operator's limits. Copies that are already running continue. */
    public void setLimits(CopyLimits newLimits) {
        limits = newLimits;
        synchronized (aimdLimit) {
            aimdLimit.setCeiling(newLimits.parallelFetches());
        }
        throttle.setRate(newLimits.bytesPerSecond());
        limiter.limitRaised();
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

    /** Copies that are being fetched. */
    public int running() {
        return limiter.running();
    }

    /** Copies that wait for the limit. */
    public int waiting() {
        return limiter.waiting();
    }

    /** Runs {@code fetch} as soon as the limit allows it. */
    <T> CompletionStage<T> run(Supplier<CompletionStage<T>> fetch) {
        return limiter.run(fetch);
    }

    /** Completes with {@code bytes} as soon as the byte rate allows them. */
    CompletionStage<ByteString> throttle(ByteString bytes) {
        return throttle.isUnlimited() ? CompletableFuture.completedFuture(bytes) : throttle.delay(bytes);
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

    void recordFlush(Duration duration) {
        synchronized (aimdLimit) {
            aimdLimit.recordReply(duration);
        }
        limiter.limitRaised();
    }
}
