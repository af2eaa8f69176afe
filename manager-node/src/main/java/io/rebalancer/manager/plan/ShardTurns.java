package io.rebalancer.manager.plan;

import java.util.Collection;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets the shards of a scan be read one after the other, in the order of their numbers. Thread-safe. */
final class ShardTurns {
    private final TreeMap<Integer, CompletableFuture<Void>> waiting = new TreeMap<>();

    ShardTurns(Collection<Integer> shards) {
        shards.forEach(shard -> waiting.put(shard, new CompletableFuture<>()));
        next();
    }

    /** Completes when the shards before {@code shard} have been read. */
    synchronized CompletionStage<Void> turnOf(int shard) {
        CompletableFuture<Void> turn = waiting.get(shard);
        return turn == null ? CompletableFuture.completedStage(null) : turn;
    }

    /** The shard has been read, or is not read any more. */
    void finish(int shard) {
        synchronized (this) {
            waiting.remove(shard);
        }
        next();
    }

    private void next() {
        CompletableFuture<Void> first;
        synchronized (this) {
            first = waiting.isEmpty()
                    ? new CompletableFuture<>()
                    : waiting.firstEntry().getValue();
        }
        first.complete(null);
    }
}
