package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Queries by row id through Moray. In its answers a BIGINT is text, an INTEGER is a number (manta.md 6.4). */
final class RowQueries {
    private RowQueries() {}

    /** The highest id of a column; 0 if the table is empty or lacks the column {@code _idx} (6.5). */
    static CompletionStage<Long> highest(MorayShards shards, int shard, ScanColumn column) {
        String name = column.columnName();
        String statement = "SELECT MAX(" + name + ") FROM " + MorayShards.OBJECTS + ";";
        return shards.sql(shard, statement).handle((rows, failure) -> {
            if (failure == null) {
                return onlyNumber(rows).orElse(0);
            }
            if (column == ScanColumn.IDX && MorayFailure.isMissingColumn(failure, name)) {
                return 0L;
            }
            throw MorayFailure.of(failure);
        });
    }

    /** The highest ids of both columns. */
    static CompletionStage<RowWatermark> watermark(MorayShards shards, int shard) {
        return highest(shards, shard, ScanColumn.ID)
                .thenCompose(id -> highest(shards, shard, ScanColumn.IDX).thenApply(idx -> new RowWatermark(id, idx)));
    }

    /** The lowest id of a column from {@code first} on; empty if there is none. */
    static CompletionStage<OptionalLong> lowest(MorayShards shards, int shard, ScanColumn column, long first) {
        String name = column.columnName();
        String statement =
                "SELECT MIN(" + name + ") FROM " + MorayShards.OBJECTS + " WHERE " + name + " >= " + first + ";";
        return shards.sql(shard, statement).handle((rows, failure) -> {
            if (failure != null) {
                throw MorayFailure.of(failure);
            }
            return onlyNumber(rows);
        });
    }

    /**
     * The select list of a range query: the row id and {@code type}, and the key, the etag and the value of a row that
     * mentions one of the nodes. They are null in all other rows, so that the shard does not send what the caller drops. Without
     * nodes, every row has them.
     */
    static String selectList(ScanColumn column, List<StorageNodeId> nodes) {
        if (nodes.isEmpty()) {
            return column.columnName() + ", type, _key, _etag, _value";
        }
        // A storage id contains no character that needs an escape.
        String mentions = nodes.stream()
                .map(node -> "POSITION('" + node.text() + "' IN _value) > 0")
                .collect(Collectors.joining(" OR ", "CASE WHEN ", " THEN "));
        return column.columnName() + ", type, " + mentions + "_key END AS _key, " + mentions + "_etag END AS _etag, "
                + mentions + "_value END AS _value";
    }

    /** Whether a row of a query with {@link #selectList} mentions one of the nodes. */
    static boolean mentionsNode(JsonNode row) {
        return row.path("_value").isTextual();
    }

    /** The id of a row in a column. */
    static long id(JsonNode row, ScanColumn column) {
        return number(row.path(column.columnName()));
    }

    /** The maximum or minimum of no rows is null. */
    private static OptionalLong onlyNumber(List<JsonNode> rows) {
        for (JsonNode row : rows) {
            for (JsonNode cell : row) {
                if (!cell.isNull()) {
                    return OptionalLong.of(number(cell));
                }
            }
        }
        return OptionalLong.empty();
    }

    private static long number(JsonNode cell) {
        try {
            return Long.parseLong(cell.asText());
        } catch (NumberFormatException e) {
            throw new CompletionException(new IllegalStateException("not a row id: " + cell, e));
        }
    }
}
