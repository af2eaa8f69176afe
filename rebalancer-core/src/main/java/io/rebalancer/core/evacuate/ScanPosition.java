package io.rebalancer.core.evacuate;

/**
 * A position in the scan of one shard. As a low-water mark it means: this pass is done with every record before it. Such a
 * record has left the node, or it is counted in {@code unmoved} or {@code excluded}.
 *
 * @param column the column that orders the scan
 * @param nextId first row id that is not before the position; for {@link ScanColumn#KEY}, the number of rows before it
 * @param afterKey for {@link ScanColumn#KEY}, the last key before the position, in the order of the shard's database;
 *     otherwise empty text
 * @param excluded number of records before the position that name the leaving node and are excluded by the settings
 * @param unmoved records before the position that the pass could not move
 */
public record ScanPosition(ScanColumn column, long nextId, String afterKey, long excluded, UnmovedCounts unmoved)
        implements Comparable<ScanPosition> {
    /** The position before the first row. */
    public static final ScanPosition START = at(ScanColumn.ID, 0);

    /** A position in a column of row ids. */
    public static ScanPosition at(ScanColumn column, long nextId) {
        return new ScanPosition(column, nextId, "", 0, UnmovedCounts.ZERO);
    }

    /** A position as a scan knows it: what became of the records before it is not known there. */
    public static ScanPosition at(ScanColumn column, long nextId, String afterKey, long excluded) {
        return new ScanPosition(column, nextId, afterKey, excluded, UnmovedCounts.ZERO);
    }

    /** The same position without what may be long. No scan can resume from it. */
    ScanPosition brief() {
        return at(column, nextId, "", excluded);
    }

    ScanPosition with(UnmovedCounts counts) {
        return new ScanPosition(column, nextId, afterKey, excluded, counts);
    }

    /** Whether this mark states more than {@code other}, so that it may replace it. */
    boolean isBeyond(ScanPosition other) {
        int order = compareTo(other);
        return order > 0 || (order == 0 && unmoved.total() > other.unmoved.total());
    }

    /** Compares no keys, because only the shard's database knows their order. */
    @Override
    public int compareTo(ScanPosition other) {
        int byColumn = column.compareTo(other.column);
        return byColumn != 0 ? byColumn : Long.compare(nextId, other.nextId);
    }
}
