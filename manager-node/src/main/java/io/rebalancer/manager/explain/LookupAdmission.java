package io.rebalancer.manager.explain;

import io.rebalancer.core.port.ExplainService.LookupRefused;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import kamon.Kamon;

/** Bounds the look-ups in progress, because each asks every metadata shard. A further one is refused at once. */
final class LookupAdmission {
    private final int limit;
    private final AtomicInteger running = new AtomicInteger();

    /** @param limit look-ups at a time, at least 1 */
    LookupAdmission(int limit) {
        this.limit = limit;
    }

    int running() {
        return running.get();
    }

    /** Runs a look-up, or fails with {@link LookupRefused}. */
    <T> CompletionStage<T> admit(Supplier<CompletionStage<T>> lookup) {
        if (running.incrementAndGet() > limit) {
            running.decrementAndGet();
            Kamon.counter("rebalancer.explain.refused").withoutTags().increment();
            return CompletableFuture.failedFuture(new LookupRefused(limit));
        }
        CompletionStage<T> started;
        try {
            started = lookup.get();
        } catch (RuntimeException e) {
            started = CompletableFuture.failedFuture(e);
        }
        return started.whenComplete((found, failure) -> running.decrementAndGet());
    }
}
