package io.rebalancer.manager.metadata;

import java.time.Duration;

/**
 * How many row ids to ask a shard for at a time. Gaps in the ids make ranges wider, rows that come slowly make chunks
 * smaller.
 */
final class ChunkSize {
    private static final long MAX_WIDTH = 4_000_000;
    private static final Duration SLOW = Duration.ofSeconds(3);

    private final int maxRows;
    private int rows;
    private long width;

    /** @param maxRows rows asked for at most, at least 1 */
    ChunkSize(int maxRows) {
        this.maxRows = maxRows;
        this.rows = maxRows;
        this.width = maxRows;
    }

    /** Rows asked for at most. */
    int rows() {
        return rows;
    }

    /** Row ids covered. */
    long width() {
        return width;
    }

    /** @param found rows that came */
    void answered(int found, Duration took) {
        if (took.compareTo(SLOW) > 0) {
            shrink();
            return;
        }
        rows = Math.min(maxRows, rows * 2);
        if (found < rows / 2) {
            width = Math.min(MAX_WIDTH, width * 2);
        } else if (found >= rows) {
            width = Math.max(rows, width / 2);
        }
    }

    /** The shard took too long over the last range. */
    void shrink() {
        rows = Math.max(1, rows / 4);
        width = Math.max(rows, width / 4);
    }
}
