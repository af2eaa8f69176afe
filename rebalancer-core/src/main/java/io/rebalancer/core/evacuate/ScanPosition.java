package io.rebalancer.core.evacuate;

/**
 * Low-water mark of one shard's scan: every row before it is settled, in a stored assignment, or a stored exception.
 *
 * @param column the column being walked
 * @param nextId first row id not yet behind the mark; for {@link ScanColumn#KEY}, how many rows are behind it
 * @param afterKey for {@link ScanColumn#KEY}, the last key behind the mark, in the order of the shard's own database;
 *     else empty text
 * @param excluded records behind the mark that name the leaving node and that the operator wants left alone
 */
public record ScanPosition(ScanColumn column, long nextId, String afterKey, long excluded)
        implements Comparable<ScanPosition> {
    /** Before the first row. */
    public static final ScanPosition START = at(ScanColumn.ID, 0);

    /** A position in a column of row ids. */
    public static ScanPosition at(ScanColumn column, long nextId) {
        return new ScanPosition(column, nextId, "", 0);
    }

    /** Keys are not compared: only the shard's database knows their order. */
    @Override
    public int compareTo(ScanPosition other) {
        int byColumn = column.compareTo(other.column);
        return byColumn != 0 ? byColumn : Long.compare(nextId, other.nextId);
    }
}
