package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.pace.Slots;
import io.rebalancer.core.pace.AdaptiveLimit;
import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The calls one job makes to switch metadata: as many at a time as the tier bears ({@link AdaptiveLimit}), the others
 * wait; a call that found the tier unavailable is repeated after a pause ({@link Backoff}). What waits is bounded by the
 * records of the assignments a job may have in flight.
 */
final class MetadataCalls {
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Backoff backoff;
    private final AdaptiveLimit limit;
    private final IntConsumer observer;
    private final Slots slots = new Slots(this::limit);

    /**
     * @param ceiling calls at a time, at most
     * @param observer is told how many calls run whenever one has ended
     */
    MetadataCalls(Backoff backoff, int ceiling, IntConsumer observer) {
        this.backoff = backoff;
        this.observer = observer;
        this.limit = new AdaptiveLimit(ceiling, SLOW);
    }

    <T> CompletionStage<T> untilAvailable(Supplier<CompletionStage<T>> call) {
        return backoff.untilAvailable(() -> slots.within(() -> timed(call)));
    }

    /** Takes effect with the next call. */
    void setCeiling(int calls) {
        synchronized (limit) {
            limit.setCeiling(calls);
        }
        slots.limitGrew();
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
            observer.accept(slots.running());
        });
    }
}
