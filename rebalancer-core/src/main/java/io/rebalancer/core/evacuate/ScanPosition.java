package io.rebalancer.core.evacuate;

/**
 * Low-water mark of one shard's scan: every row before it is settled, in a stored assignment, or a stored exception.
 *
 * @param column the column being walked; {@link IdColumn#ID} comes first
 * @param nextId first row id not yet behind the mark, at least 0
 */
public record ScanPosition(IdColumn column, long nextId) implements Comparable<ScanPosition> {
    /** Before the first row. */
    public static final ScanPosition START = new ScanPosition(IdColumn.ID, 0);

    @Override
    public int compareTo(ScanPosition other) {
        int byColumn = column.compareTo(other.column);
        return byColumn != 0 ? byColumn : Long.compare(nextId, other.nextId);
    }
}
