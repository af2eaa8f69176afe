package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.limit.AimdLimit;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.evacuate.lease.Lease;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The metadata calls of one job. An {@link AimdLimit} bounds the calls in progress; further calls wait. A call that
 * found the tier unavailable is retried ({@link TierRetry}). The number of waiting calls is bounded by the records of
 * the assignments that a job may have in flight.
 */
final class MetadataCalls {
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final TierRetry retry;
    private final Lease lease;
    private final AimdLimit limit;
    private final IntConsumer runningCalls;
    private final ConcurrencyLimiter limiter = new ConcurrencyLimiter(this::limit);

    /**
     * @param lease must be held for every write
     * @param ceiling the highest number of calls in progress
     * @param runningCalls gets the number of calls in progress whenever a call has ended
     */
    MetadataCalls(TierRetry retry, Lease lease, int ceiling, IntConsumer runningCalls) {
        this.retry = retry;
        this.lease = lease;
        this.runningCalls = runningCalls;
        this.limit = new AimdLimit(ceiling, SLOW);
    }

    /** A call that reads. */
    <T> CompletionStage<T> untilAvailable(Supplier<CompletionStage<T>> call) {
        return retry.untilAvailable(() -> limiter.run(() -> timed(call)));
    }

    /** A call that writes. It is made only while the lease is held; the lease is checked last, right before the call. */
    <T> CompletionStage<T> whileHeld(Supplier<CompletionStage<T>> call) {
        return retry.untilAvailable(() -> limiter.run(() -> whenHeld(() -> timed(call))));
    }

    private <T> CompletionStage<T> whenHeld(Supplier<CompletionStage<T>> call) {
        return lease.isHeld() ? call.get() : retry.later(() -> whenHeld(call));
    }

    /** Applies to the calls that start from now on. */
    void setCeiling(int calls) {
        synchronized (limit) {
            limit.setCeiling(calls);
        }
        limiter.limitRaised();
    }

    /** Ends all retries. */
    void stop() {
        retry.stop();
    }

    private int limit() {
        synchronized (limit) {
            return limit.current();
        }
    }

    private <T> CompletionStage<T> timed(Supplier<CompletionStage<T>> call) {
        long startNanos = System.nanoTime();
        return call.get().whenComplete((value, failure) -> {
            synchronized (limit) {
                if (failure != null && Failures.rootCause(failure) instanceof TierUnavailable) {
                    limit.recordFailure();
                } else {
                    limit.recordReply(Duration.ofNanos(System.nanoTime() - startNanos));
                }
            }
            runningCalls.accept(limiter.running());
        });
    }
}
