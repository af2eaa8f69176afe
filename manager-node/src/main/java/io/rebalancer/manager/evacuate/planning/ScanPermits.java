package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Bounds how many metadata shards are read at a time on this manager, over all jobs. A permit covers one chunk, not a whole
 * shard, and permits are granted in the order of the requests, so no job waits longer than the reads before its own. A
 * shard is read by one scan at a time; scans that wait for the same shard use no permit.
 *
 * <p>A read that hangs returns its permit after {@link #LONGEST_HOLD} and stays the only read of its shard. Shards that
 * hang therefore do not stop the scan of the others.
 *
 * <p>Thread-safe. Each scan has at most one read in progress, so the number of waiting reads is at most the number of scans.
 */
public final class ScanPermits {
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);

    private final ConcurrencyLimiter permits;
    private final Duration longestHold;
    private final Map<Integer, ConcurrencyLimiter> shards = new ConcurrentHashMap<>();

    /** @param maxShards the current maximum, at least 1; must not block */
    public ScanPermits(IntSupplier maxShards) {
        this(maxShards, LONGEST_HOLD);
    }

    ScanPermits(IntSupplier maxShards, Duration longestHold) {
        this.permits = new ConcurrencyLimiter(maxShards);
        this.longestHold = longestHold;
    }

    /** Starts {@code read} as soon as the shard is free and a permit is available. Returns what {@code read} returns. */
    public <T> CompletionStage<T> read(int shard, Supplier<CompletionStage<T>> read) {
        return shards.computeIfAbsent(shard, each -> new ConcurrencyLimiter(() -> 1))
                .run(() -> withPermit(read));
    }

    /** The number of reads that wait for their shard or for a permit. */
    public int waiting() {
        return permits.waiting()
                + shards.values().stream().mapToInt(ConcurrencyLimiter::waiting).sum();
    }

    private <T> CompletionStage<T> withPermit(Supplier<CompletionStage<T>> read) {
        CompletableFuture<T> result = new CompletableFuture<>();
        permits.run(() -> start(read, result)).exceptionally(failure -> {
            result.completeExceptionally(failure);
            return false;
        });
        return result;
    }

    /** The returned stage completes when the permit is free again. It fails only if the read did not start. */
    private <T> CompletionStage<Boolean> start(Supplier<CompletionStage<T>> read, CompletableFuture<T> result) {
        CompletionStage<T> started = read.get();
        CompletableFuture<Boolean> released = new CompletableFuture<>();
        started.whenComplete((value, failure) -> {
            released.complete(true);
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return released.completeOnTimeout(true, longestHold.toMillis(), TimeUnit.MILLISECONDS);
    }
}
