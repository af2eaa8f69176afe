package io.rebalancer.cluster.async;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Limits how many asynchronous tasks run at the same time. Further tasks wait in the order of their arrival. The limit
 * may change at any time. The queue is unbounded: callers must bound what they submit.
 */
public final class ConcurrencyLimiter {
    private final IntSupplier limit;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /** @param limit returns the current limit, at least 1; called with a lock held, so it must not block */
    public ConcurrencyLimiter(IntSupplier limit) {
        this.limit = limit;
    }

    /**
     * Runs {@code work} as soon as a slot is free. The slot is freed when the stage completes, or when the supplier
     * throws, which fails the returned stage.
     */
    public <T> CompletionStage<T> run(Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        synchronized (this) {
            waiting.addLast(() -> start(work, result));
        }
        startAllowed();
        return result;
    }

    /** Starts waiting tasks after the limit was raised. */
    public void limitRaised() {
        startAllowed();
    }

    /** Number of tasks in progress. */
    public synchronized int running() {
        return running;
    }

    /** Number of tasks that wait for a slot. */
    public synchronized int waiting() {
        return waiting.size();
    }

    private <T> void start(Supplier<CompletionStage<T>> work, CompletableFuture<T> result) {
        CompletionStage<T> stage;
        try {
            stage = work.get();
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        stage.whenComplete((value, failure) -> {
            synchronized (this) {
                running--;
            }
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
            startAllowed();
        });
    }

    private void startAllowed() {
        List<Runnable> allowed = new ArrayList<>();
        synchronized (this) {
            while (running < limit.getAsInt() && !waiting.isEmpty()) {
                running++;
                allowed.add(waiting.removeFirst());
            }
        }
        allowed.forEach(Runnable::run);
    }
}
