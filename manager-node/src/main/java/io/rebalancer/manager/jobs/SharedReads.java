package io.rebalancer.manager.jobs;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * Lets reads of the same job share one read that has begun and has no result yet: hundreds of clients reconnect at once when
 * their manager is lost. A shared result may be as old as that read.
 *
 * @param <T> the result
 */
final class SharedReads<T> implements Function<UUID, CompletionStage<T>> {
    private final Function<UUID, CompletionStage<T>> read;
    private final ConcurrentMap<UUID, CompletableFuture<T>> running = new ConcurrentHashMap<>();

    SharedReads(Function<UUID, CompletionStage<T>> read) {
        this.read = read;
    }

    @Override
    public CompletionStage<T> apply(UUID jobId) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> other = running.putIfAbsent(jobId, mine);
        if (other != null) {
            return other;
        }
        read.apply(jobId).whenComplete((result, failure) -> {
            running.remove(jobId, mine);
            if (failure == null) {
                mine.complete(result);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }
}
