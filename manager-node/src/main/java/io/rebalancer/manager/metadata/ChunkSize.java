package io.rebalancer.manager.metadata;

import java.time.Duration;

/**
 * The number of row ids that one query covers. Gaps in the ids make the ranges wider; slow answers make the chunks
 * smaller.
 */
final class ChunkSize {
    private static final long MAX_WIDTH = 4_000_000;
    private static final Duration SLOW = Duration.ofSeconds(3);

    private final int maxRows;
    private int rows;
    private long width;

    /** @param maxRows rows per query, at most, at least 1 */
    ChunkSize(int maxRows) {
        this.maxRows = maxRows;
        this.rows = maxRows;
        this.width = maxRows;
    }

    /** The row limit of the next query. */
    int rows() {
        return rows;
    }

    /** The number of row ids that the next query covers. */
    long width() {
        return width;
    }

    /** @param found rows in the answer */
    void recordAnswer(int found, Duration took) {
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

    /** The last query failed or was slow. */
    void shrink() {
        rows = Math.max(1, rows / 4);
        width = Math.max(rows, width / 4);
    }
}
