package io.rebalancer.core.estimate;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;

/**
 * The row ids of a metadata shard. The two columns continue one sequence, and the ids between them may be unused (manta.md 6.5).
 *
 * @param firstId lowest value of {@link ScanColumn#ID}, at least 1
 * @param lastId highest value of it; 0 if no row has one
 * @param firstIdx lowest value of {@link ScanColumn#IDX}, at least 1
 * @param lastIdx highest value of it; 0 if no row has one
 */
public record RowIds(long firstId, long lastId, long firstIdx, long lastIdx) {

    /** All ids of both columns. */
    long count() {
        return ids() + idxs();
    }

    private long ids() {
        return Math.max(0, lastId - firstId + 1);
    }

    private long idxs() {
        return Math.max(0, lastIdx - firstIdx + 1);
    }

    /** The ids before a position that is not one in a scan by key. Rows that were added since do not count. */
    long before(ScanPosition position) {
        return position.column() == ScanColumn.ID
                ? Math.min(ids(), Math.max(0, position.nextId() - firstId))
                : ids() + Math.min(idxs(), Math.max(0, position.nextId() - firstIdx));
    }
}
