package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads the rows of one shard by ranges of row ids, in queries whose size adapts to gaps and to slow answers. One read at a
 * time.
 */
final class RangeReader {
    private final MorayShards shards;
    private final int shard;
    private final String condition;
    private final ChunkSize size;
    /** The column whose first read is over. */
    private volatile Optional<ScanColumn> started = Optional.empty();

    /**
     * Rows of a range, by ascending id.
     *
     * @param nextId all rows below it in the range were read
     */
    record Rows(List<JsonNode> rows, long nextId) {}

    /**
     * @param condition restricts the rows further; starts with AND, or is empty
     * @param maxRows rows per query, at most
     */
    RangeReader(MorayShards shards, int shard, String condition, int maxRows) {
        this.shards = shards;
        this.shard = shard;
        this.condition = condition;
        this.size = new ChunkSize(maxRows);
    }

    /**
     * Reads some rows with ids from {@code first} to {@code last}, both included, starting at {@code first}. The first read
     * of a column begins at its lowest id, because extended ids may begin above two thousand million (manta.md 6.5).
     *
     * @param nodes rows that mention one of these storage nodes have a value; if empty, all rows have, see
     *     {@link RowQueries#selectList}
     */
    CompletionStage<Rows> read(ScanColumn column, long first, long last, List<StorageNodeId> nodes) {
        if (started.filter(column::equals).isPresent()) {
            return readRange(column, first, last, nodes);
        }
        return RowQueries.lowest(shards, shard, column, first).thenCompose(lowest -> {
            started = Optional.of(column);
            return lowest.isPresent() && lowest.getAsLong() <= last
                    ? readRange(column, lowest.getAsLong(), last, nodes)
                    : CompletableFuture.completedFuture(new Rows(List.of(), last + 1));
        });
    }

    /** The first rows of the column were read elsewhere, so no read has to look for its lowest id. */
    void markStarted(ScanColumn column) {
        started = Optional.of(column);
    }

    private CompletionStage<Rows> readRange(ScanColumn column, long first, long last, List<StorageNodeId> nodes) {
        String name = column.columnName();
        long end = Math.min(last, first + size.width() - 1);
        int limit = size.rows();
        // Order and limit cut a crowded range at a known row. Without them rows would be lost.
        String statement = "SELECT " + RowQueries.selectList(column, nodes) + " FROM " + MorayShards.OBJECTS + " WHERE "
                + name + " >= " + first + " AND " + name + " <= " + end + condition + " ORDER BY " + name + " LIMIT "
                + limit + ";";
        long startNanos = System.nanoTime();
        return shards.sql(shard, statement).handle((rows, failure) -> {
            if (failure != null) {
                size.shrink();
                throw MorayFailure.of(failure);
            }
            size.recordAnswer(rows.size(), Duration.ofNanos(System.nanoTime() - startNanos));
            long covered = rows.size() < limit ? end : RowQueries.id(rows.get(rows.size() - 1), column);
            return new Rows(rows, covered + 1);
        });
    }
}
