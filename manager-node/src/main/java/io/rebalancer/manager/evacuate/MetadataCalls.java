package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.core.limit.AimdLimit;
import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The calls one job makes to switch metadata: as many at a time as the tier bears ({@link AimdLimit}), the others
 * wait; a call that found the tier unavailable is repeated after a pause ({@link Backoff}). What waits is bounded by the
 * records of the assignments a job may have in flight.
 */
final class MetadataCalls {
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Backoff backoff;
    private final Lease lease;
    private final AimdLimit limit;
    private final IntConsumer observer;
    private final ConcurrencyLimiter limiter = new ConcurrencyLimiter(this::limit);

    /**
     * @param lease without it nothing is written
     * @param ceiling calls at a time, at most
     * @param observer is told how many calls run whenever one has ended
     */
    MetadataCalls(Backoff backoff, Lease lease, int ceiling, IntConsumer observer) {
        this.backoff = backoff;
        this.lease = lease;
        this.observer = observer;
        this.limit = new AimdLimit(ceiling, SLOW);
    }

    /** A call that reads. */
    <T> CompletionStage<T> untilAvailable(Supplier<CompletionStage<T>> call) {
        return backoff.untilAvailable(() -> limiter.run(() -> timed(call)));
    }

    /** A call that writes: made only while the lease is held, which is asked last of all. */
    <T> CompletionStage<T> whileHeld(Supplier<CompletionStage<T>> call) {
        return backoff.untilAvailable(() -> limiter.run(() -> whenHeld(() -> timed(call))));
    }

    private <T> CompletionStage<T> whenHeld(Supplier<CompletionStage<T>> call) {
        return lease.held() ? call.get() : backoff.later(() -> whenHeld(call));
    }

    /** Takes effect with the next call. */
    void setCeiling(int calls) {
        synchronized (limit) {
            limit.setCeiling(calls);
        }
        limiter.limitRaised();
    }

    void stop() {
        backoff.stop();
    }

    private int limit() {
        synchronized (limit) {
            return limit.now();
        }
    }

    private <T> CompletionStage<T> timed(Supplier<CompletionStage<T>> call) {
        long begun = System.nanoTime();
        return call.get().whenComplete((value, failure) -> {
            synchronized (limit) {
                if (failure != null && Backoff.unwrap(failure) instanceof TierUnavailable) {
                    limit.failed();
                } else {
                    limit.answered(Duration.ofNanos(System.nanoTime() - begun));
                }
            }
            observer.accept(limiter.running());
        });
    }
}
