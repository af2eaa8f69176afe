package io.rebalancer.manager.evacuate;

import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The calls one job makes to switch metadata: as many at a time as the tier bears ({@link AdaptiveLimit}), the others
 * wait; a call that found the tier unavailable is repeated after a pause ({@link Backoff}). What waits is bounded by the
 * records of the assignments a job may have in flight.
 */
final class MetadataCalls {
    private final Backoff backoff;
    private final AdaptiveLimit limit;
    private final IntConsumer observer;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /**
     * @param ceiling calls at a time, at most
     * @param observer is told how many calls run whenever that changes
     */
    MetadataCalls(Backoff backoff, int ceiling, IntConsumer observer) {
        this.backoff = backoff;
        this.observer = observer;
        this.limit = new AdaptiveLimit(ceiling);
    }

    <T> CompletionStage<T> untilAvailable(Supplier<CompletionStage<T>> call) {
        return backoff.untilAvailable(() -> whenAllowed(call));
    }

    /** Takes effect with the next call. */
    void setCeiling(int calls) {
        synchronized (this) {
            limit.setCeiling(calls);
        }
        startAllowed();
    }

    void stop() {
        backoff.stop();
    }

    private <T> CompletionStage<T> whenAllowed(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        synchronized (this) {
            waiting.addLast(() -> start(call, result));
        }
        startAllowed();
        return result;
    }

    private <T> void start(Supplier<CompletionStage<T>> call, CompletableFuture<T> result) {
        long begun = System.nanoTime();
        CompletionStage<T> answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((value, failure) -> {
            over(failure, Duration.ofNanos(System.nanoTime() - begun));
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private void over(Throwable failure, Duration took) {
        synchronized (this) {
            running--;
            if (failure != null && Backoff.unwrap(failure) instanceof TierUnavailable) {
                limit.failed();
            } else {
                limit.answered(took);
            }
        }
        startAllowed();
    }

    private void startAllowed() {
        List<Runnable> allowed = new ArrayList<>();
        synchronized (this) {
            while (running < limit.now() && !waiting.isEmpty()) {
                running++;
                allowed.add(waiting.removeFirst());
            }
            observer.accept(running);
        }
        allowed.forEach(Runnable::run);
    }
}
