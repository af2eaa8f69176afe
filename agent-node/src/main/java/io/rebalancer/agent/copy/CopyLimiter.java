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
 * How much an agent does at a time. The operator's limits are never crossed; below them it does less while its own disk
 * is slow or its sources fail, for the sake of the users whose requests they serve too.
 */
public final class CopyLimiter {
    private static final Duration SLOW_FLUSH = Duration.ofMillis(500);
    /** Fetches that are judged together, and how many of them may fail. */
    private static final int WINDOW = 50;

    private static final int MAY_FAIL = 10;

    private final Throttle throttle;
    private final ConcurrencyLimiter limiter = new ConcurrencyLimiter(this::fetches);
    private final AimdLimit adaptive;
    private final boolean adapts;
    private volatile CopyLimits limits;
    private int outcomes;
    private int failures;

    /** @param adapts whether it ever does less than the limits allow */
    public CopyLimiter(ActorSystem<?> system, CopyLimits limits, boolean adapts) {
        this.throttle = new Throttle(system, limits.bytesPerSecond());
        this.adaptive = new AimdLimit(limits.parallelFetches(), SLOW_FLUSH);
        this.adapts = adapts;
        this.limits = limits;
    }

    /** The limits as they are now. */
    public CopyLimits limits() {
        return limits;
    }

    /** Counts for what is begun from now on. */
    public void choose(CopyLimits chosen) {
        limits = chosen;
        synchronized (adaptive) {
            adaptive.setCeiling(chosen.parallelFetches());
        }
        throttle.set(chosen.bytesPerSecond());
        limiter.limitRaised();
    }

    /** Copies made at a time now. */
    public int fetches() {
        if (!adapts) {
            return limits.parallelFetches();
        }
        synchronized (adaptive) {
            return adaptive.now();
        }
    }

    /** Copies being fetched. */
    public int running() {
        return limiter.running();
    }

    /** Copies that wait for their turn. */
    public int waiting() {
        return limiter.waiting();
    }

    <T> CompletionStage<T> within(Supplier<CompletionStage<T>> fetch) {
        return limiter.run(fetch);
    }

    CompletionStage<ByteString> pass(ByteString bytes) {
        return throttle.isOpen() ? CompletableFuture.completedFuture(bytes) : throttle.pass(bytes);
    }

    void fetched(boolean sourceInTrouble) {
        synchronized (adaptive) {
            outcomes++;
            failures += sourceInTrouble ? 1 : 0;
            if (failures > MAY_FAIL) {
                adaptive.failed();
            }
            if (failures > MAY_FAIL || outcomes >= WINDOW) {
                outcomes = 0;
                failures = 0;
            }
        }
    }

    void flushed(Duration took) {
        synchronized (adaptive) {
            adaptive.answered(took);
        }
        limiter.limitRaised();
    }
}
