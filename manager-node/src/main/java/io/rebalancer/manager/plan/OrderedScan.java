package io.rebalancer.manager.plan;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A scan whose rows arrive in an order that does not depend on time: shard after shard, in chunks of equal size, and each only
 * when the planner is done with the chunk before. In memory: two chunks.
 */
final class OrderedScan implements RecordScan {
    private static final int CHUNK_ROWS = 100;

    private final RecordScan scan;
    private final ScanPermits permits;
    private final Supplier<CompletionStage<Boolean>> quiet;
    private final ShardTurns turns;

    /**
     * @param permits bound the reads of all scans of this manager
     * @param quiet completes with true if the planner has nothing to do, and with false when it may have nothing to do any more
     */
    OrderedScan(RecordScan scan, ScanPermits permits, Supplier<CompletionStage<Boolean>> quiet) {
        this.scan = scan;
        this.permits = permits;
        this.quiet = quiet;
        this.turns = new ShardTurns(scan.shards());
    }

    @Override
    public List<Integer> shards() {
        return scan.shards();
    }

    @Override
    public boolean readsPrimary() {
        return scan.readsPrimary();
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new OrderedCursor(shard, scan.open(shard, leaving, from));
    }

    private final class OrderedCursor implements ShardCursor {
        private final int shard;
        private final ShardCursor cursor;
        private final Deque<Row> rows = new ArrayDeque<>();
        private boolean last;

        OrderedCursor(int shard, ShardCursor cursor) {
            this.shard = shard;
            this.cursor = cursor;
        }

        /** An empty chunk passes the planner, so that the next question is asked when the planner has handled its messages. */
        @Override
        public CompletionStage<Chunk> next() {
            return turns.turnOf(shard)
                    .thenCompose(now -> quiet.get())
                    .thenCompose(isQuiet -> isQuiet
                            ? fill()
                            : CompletableFuture.completedStage(new Chunk(List.of(), cursor.position(), false)));
        }

        private CompletionStage<Chunk> fill() {
            if (last || rows.size() >= CHUNK_ROWS) {
                return CompletableFuture.completedStage(take());
            }
            return permits.next(shard, cursor).thenCompose(chunk -> {
                rows.addAll(chunk.rows());
                last = chunk.last();
                return fill();
            });
        }

        private Chunk take() {
            List<Row> taken = new ArrayList<>();
            while (!rows.isEmpty() && taken.size() < CHUNK_ROWS) {
                taken.add(rows.remove());
            }
            return new Chunk(taken, cursor.position(), last && rows.isEmpty());
        }

        @Override
        public ScanPosition position() {
            return cursor.position();
        }

        @Override
        public void close() {
            cursor.close();
            turns.finish(shard);
        }
    }
}
