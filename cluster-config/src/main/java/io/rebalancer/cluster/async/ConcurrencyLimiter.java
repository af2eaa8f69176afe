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
 * Runs so many pieces of asynchronous work at a time, the others in the order they came. The limit may change at any
 * time. What waits is bounded by the callers.
 */
public final class ConcurrencyLimiter {
    private final IntSupplier limit;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /** @param limit how many at a time, as it is now; at least 1 */
    public ConcurrencyLimiter(IntSupplier limit) {
        this.limit = limit;
    }

    /** Runs {@code work} when its turn comes; its slot is free again when its stage has completed. */
    public <T> CompletionStage<T> run(Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        synchronized (this) {
            waiting.addLast(() -> start(work, result));
        }
        startAllowed();
        return result;
    }

    /** To be called when the limit has grown. */
    public void limitRaised() {
        startAllowed();
    }

    /** Pieces of work in progress. */
    public synchronized int running() {
        return running;
    }

    /** Pieces of work whose turn has not come. */
    public synchronized int waiting() {
        return waiting.size();
    }

    private <T> void start(Supplier<CompletionStage<T>> work, CompletableFuture<T> result) {
        CompletionStage<T> answer;
        try {
            answer = work.get();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((value, failure) -> {
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
