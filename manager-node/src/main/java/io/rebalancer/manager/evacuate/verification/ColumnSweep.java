package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.core.evacuate.ScanColumn;
import java.util.BitSet;

/**
 * Which ids of one column are read, round by round. The first round reads all ids up to the highest one. A later round
 * reads the ids above the round before, and also the last {@link #REREAD} ids below: a transaction may have taken an id
 * before the round before and committed after it. Each row is counted once.
 */
final class ColumnSweep {
    /** Ids that a later round reads again. Far more than the transactions of a shard that are open at one moment. */
    static final int REREAD = 10_000;

    private final ScanColumn column;
    private long covered;
    private long target;
    private long nextId;
    /** Rows counted so far among the last {@link #REREAD} ids up to {@code covered}, and up to {@code target}. */
    private BitSet counted = new BitSet(REREAD);

    private BitSet countedNext = new BitSet(REREAD);

    /** @param covered ids up to this one are read already, but for the last {@link #REREAD}; 0 if none is */
    ColumnSweep(ScanColumn column, long covered) {
        this.column = column;
        this.covered = covered;
    }

    ScanColumn column() {
        return column;
    }

    /** @param highest highest id now; 0 if no row has one. It may be lower than before, because rows are deleted. */
    void startRound(long highest) {
        nextId = Math.max(0, covered - REREAD + 1);
        target = Math.max(covered, highest);
        countedNext = new BitSet(REREAD);
    }

    /** Whether the round is complete. */
    boolean isFinished() {
        return target == 0 || nextId > target;
    }

    boolean covers(long highest) {
        return highest <= covered;
    }

    /** The highest id that an earlier round has read up to. */
    long covered() {
        return covered;
    }

    long nextId() {
        return nextId;
    }

    long target() {
        return target;
    }

    /** The ids that are read, with gaps, of the {@link #target} ids. */
    long readIds() {
        return Math.max(0, Math.min(nextId - 1, target));
    }

    /** Marks a row of the current round as counted; false if an earlier round has counted it. */
    boolean count(long id) {
        long index = id - (target - REREAD + 1);
        if (index >= 0) {
            countedNext.set((int) index);
        }
        long earlier = id - (covered - REREAD + 1);
        return id > covered || earlier < 0 || !counted.get((int) earlier);
    }

    /** All ids below {@code id} are read. */
    void advanceTo(long id) {
        nextId = id;
        if (isFinished()) {
            covered = target;
            counted = countedNext;
        }
    }
}
