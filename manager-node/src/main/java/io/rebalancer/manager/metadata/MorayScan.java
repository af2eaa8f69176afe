package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Scans shards through Moray's {@code sql} call, by ranges of row ids: first {@code _id}, then {@code _idx}, because a row
 * has only one of the two (manta.md 6.4).
 */
public final class MorayScan implements RecordScan {
    private final MorayShards shards;
    private final IntSupplier maxRows;
    private final Supplier<List<String>> excluded;

    /**
     * @param maxRows rows per query, at most; read when a scan of a shard begins
     * @param excluded records whose key contains one of these texts are not moved; read for every chunk
     */
    public MorayScan(MorayShards shards, IntSupplier maxRows, Supplier<List<String>> excluded) {
        this.shards = shards;
        this.maxRows = maxRows;
        this.excluded = excluded;
    }

    @Override
    public List<Integer> shards() {
        return shards.numbers();
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new Cursor(shard, leaving, from.column() == ScanColumn.KEY ? ScanPosition.START : from);
    }

    private final class Cursor implements ShardCursor {
        private static final long UNKNOWN = -1;

        private final int shard;
        private final StorageNodeId leaving;
        private final RangeReader reader;
        private volatile ScanPosition position;
        private volatile long highest = UNKNOWN;
        private volatile boolean closed;

        Cursor(int shard, StorageNodeId leaving, ScanPosition from) {
            this.shard = shard;
            this.leaving = leaving;
            this.reader = new RangeReader(shards, shard, leaving, " AND type = 'object'", maxRows.getAsInt());
            this.position = from;
        }

        @Override
        public CompletionStage<Chunk> next() {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("the scan of shard " + shard + " is closed"));
            }
            if (highest == UNKNOWN) {
                return RowQueries.highest(shards, shard, position.column()).thenCompose(id -> {
                    highest = id;
                    return next();
                });
            }
            if (highest > 0 && position.nextId() <= highest) {
                return readRange();
            }
            if (position.column() == ScanColumn.ID) {
                position = ScanPosition.at(ScanColumn.IDX, 0, "", position.excluded());
                highest = UNKNOWN;
                return next();
            }
            return CompletableFuture.completedFuture(new Chunk(List.of(), position, true));
        }

        private CompletionStage<Chunk> readRange() {
            return reader.read(position.column(), position.nextId(), highest)
                    .thenApply(range -> chunk(range.rows(), range.nextId()));
        }

        private Chunk chunk(List<JsonNode> rows, long nextId) {
            ScannedRows found = new ScannedRows(shard, leaving, excluded.get());
            rows.stream()
                    .filter(RowQueries::mentionsNode)
                    .forEach(row -> found.add(
                            row.path("_key").asText(),
                            row.path("_etag").asText(),
                            row.path("_value").asText()));
            position = ScanPosition.at(position.column(), nextId, "", position.excluded() + found.excluded());
            return new Chunk(found.rows(), position, false);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
