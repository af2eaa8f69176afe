package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.ScanColumn;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Row ids in Moray's answers: a BIGINT is text, an INTEGER is a number (manta.md 6.4). */
final class RowIds {
    private RowIds() {}

    /** The highest id of a column; 0 if the table is empty or lacks the column {@code _idx} (6.5). */
    static CompletionStage<Long> highest(MorayShards shards, int shard, ScanColumn column) {
        String name = column.columnName();
        String statement = "SELECT MAX(" + name + ") FROM " + MorayShards.OBJECTS + ";";
        return shards.sql(shard, statement).handle((rows, failure) -> {
            if (failure == null) {
                return highest(rows);
            }
            if (column == ScanColumn.IDX && MorayFailure.isMissingColumn(failure, name)) {
                return 0L;
            }
            throw MorayFailure.of(failure);
        });
    }

    /** The id of a row in a column. */
    static long of(JsonNode row, ScanColumn column) {
        return number(row.path(column.columnName()));
    }

    /** The maximum of an empty table is null. */
    private static long highest(List<JsonNode> rows) {
        for (JsonNode row : rows) {
            for (JsonNode cell : row) {
                if (!cell.isNull()) {
                    return number(cell);
                }
            }
        }
        return 0;
    }

    private static long number(JsonNode cell) {
        try {
            return Long.parseLong(cell.asText());
        } catch (NumberFormatException e) {
            throw new CompletionException(new IllegalStateException("not a row id: " + cell, e));
        }
    }
}
