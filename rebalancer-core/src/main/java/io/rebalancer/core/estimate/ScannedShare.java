package io.rebalancer.core.estimate;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import java.util.Map;
import java.util.Optional;

/**
 * How much of the metadata a pass has read, counted in row ids of all shards. Ids of deleted rows count as well.
 *
 * @param before ids that are read
 * @param total all ids that were in use when they were asked for
 */
public record ScannedShare(long before, long total) {

    /** @throws IllegalArgumentException if more is done than there is */
    public ScannedShare {
        if (before < 0 || before > total) {
            throw new IllegalArgumentException(before + " of " + total + " row ids");
        }
    }

    /**
     * @param positions where the next read of each shard begins; a shard without one is not read yet
     * @param rows the row ids of each shard
     * @return empty if a shard is scanned by key, because keys do not show how many rows follow
     */
    public static Optional<ScannedShare> of(Map<Integer, ScanPosition> positions, Map<Integer, RowIds> rows) {
        long before = 0;
        long total = 0;
        for (Map.Entry<Integer, RowIds> shard : rows.entrySet()) {
            ScanPosition position = positions.getOrDefault(shard.getKey(), ScanPosition.START);
            if (position.column() == ScanColumn.KEY) {
                return Optional.empty();
            }
            total += shard.getValue().count();
            before += shard.getValue().before(position);
        }
        return Optional.of(new ScannedShare(before, total));
    }

    /** Whether every row is read. */
    public boolean isComplete() {
        return before == total;
    }

    /** From 0 to 1. */
    public double fraction() {
        return total == 0 ? 1 : (double) before / total;
    }
}
