package io.rebalancer.core.evacuate;

/**
 * A position in the scan of one shard. As a low-water mark it means: every record before it is settled, in a stored
 * assignment, or stored as unmoved.
 *
 * @param column the column that orders the scan
 * @param nextId first row id that is not before the position; for {@link ScanColumn#KEY}, the number of rows before it
 * @param afterKey for {@link ScanColumn#KEY}, the last key before the position, in the order of the shard's database;
 *     otherwise empty text
 * @param excluded number of records before the position that name the leaving node and are excluded by the settings
 */
public record ScanPosition(ScanColumn column, long nextId, String afterKey, long excluded)
        implements Comparable<ScanPosition> {
    /** The position before the first row. */
    public static final ScanPosition START = at(ScanColumn.ID, 0);

    /** A position in a column of row ids. */
    public static ScanPosition at(ScanColumn column, long nextId) {
        return new ScanPosition(column, nextId, "", 0);
    }

    ScanPosition withoutKey() {
        return new ScanPosition(column, nextId, "", excluded);
    }

    /** Compares no keys, because only the shard's database knows their order. */
    @Override
    public int compareTo(ScanPosition other) {
        int byColumn = column.compareTo(other.column);
        return byColumn != 0 ? byColumn : Long.compare(nextId, other.nextId);
    }
}
