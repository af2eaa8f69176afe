package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.time.Duration;
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
        private final ChunkSize size = new ChunkSize(maxRows.getAsInt());
        private volatile ScanPosition position;
        private volatile long highest = UNKNOWN;
        private volatile boolean closed;

        Cursor(int shard, StorageNodeId leaving, ScanPosition from) {
            this.shard = shard;
            this.leaving = leaving;
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
            String column = position.column().columnName();
            long first = position.nextId();
            long last = Math.min(highest, first + size.width() - 1);
            int limit = size.rows();
            // Order and limit cut a crowded range at a known row. Without them rows would be lost.
            String statement = "SELECT " + RowQueries.selectList(position.column(), leaving) + " FROM "
                    + MorayShards.OBJECTS + " WHERE " + column + " >= " + first + " AND " + column + " <= " + last
                    + " AND type = 'object' ORDER BY " + column + " LIMIT " + limit + ";";
            long startNanos = System.nanoTime();
            return shards.sql(shard, statement).handle((rows, failure) -> {
                if (failure != null) {
                    size.shrink();
                    throw MorayFailure.of(failure);
                }
                size.recordAnswer(rows.size(), Duration.ofNanos(System.nanoTime() - startNanos));
                long end = rows.size() < limit ? last : RowQueries.id(rows.get(rows.size() - 1), position.column());
                return chunk(rows, end + 1);
            });
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
