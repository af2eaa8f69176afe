package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.RecordScan;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Bounds how many metadata shards are read at a time on this manager, over all jobs. A permit covers one read, not a whole
 * shard. Shards get permits in the order in which they ask. A shard is read by one scan at a time; scans that wait for the same
 * shard use no permit, and {@link ShardQueue} decides which of them is next. A chunk that needs no read needs no permit either.
 *
 * <p>A read that hangs returns its permit after {@link #LONGEST_HOLD} and stays the only read of its shard. Shards that
 * hang therefore do not stop the scan of the others.
 *
 * <p>Thread-safe. Each scan has at most one read in progress, so the number of waiting reads is at most the number of scans.
 */
public final class ScanPermits {
    /** A read that takes longer keeps no other shard waiting. */
    static final Duration LONGEST_HOLD = Duration.ofSeconds(10);
    /** Long enough for a chunk to pass the batcher, and short beside a read. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ConcurrencyLimiter permits;
    private final Duration longestHold;
    private final Duration pause;
    private final Map<Integer, ShardQueue> shards = new ConcurrentHashMap<>();

    /** @param maxShards the current maximum, at least 1; must not block */
    public ScanPermits(IntSupplier maxShards) {
        this(maxShards, LONGEST_HOLD, PAUSE);
    }

    /**
     * @param longestHold how long a read keeps its permit at most
     * @param pause how long a shard is kept free for a scan that is behind
     */
    ScanPermits(IntSupplier maxShards, Duration longestHold, Duration pause) {
        this.permits = new ConcurrencyLimiter(maxShards);
        this.longestHold = longestHold;
        this.pause = pause;
    }

    /** The cursor's next chunk. */
    public CompletionStage<RecordScan.Chunk> next(int shard, RecordScan.ShardCursor cursor) {
        return submit(shard, ShardQueue.Request.read(cursor, cursor::next));
    }

    /** Reads what belongs to rows that the cursor has returned, before any scan continues. Returns what {@code read} returns. */
    <T> CompletionStage<T> check(int shard, RecordScan.ShardCursor cursor, Supplier<CompletionStage<T>> read) {
        return submit(shard, ShardQueue.Request.check(cursor, read));
    }

    /** A read for another purpose than a scan, from a position on. Returns what {@code read} returns. */
    public <T> CompletionStage<T> read(int shard, ScanPosition from, Supplier<CompletionStage<T>> read) {
        return submit(shard, ShardQueue.Request.read(from, read));
    }

    /** The number of reads that wait for their shard or for a permit. */
    public int waiting() {
        return shards.values().stream().mapToInt(ShardQueue::waiting).sum();
    }

    private <T> CompletionStage<T> submit(int shard, ShardQueue.Request<T> request) {
        shards.computeIfAbsent(shard, each -> new ShardQueue(permits, longestHold, pause))
                .submit(request);
        return request.result();
    }
}
