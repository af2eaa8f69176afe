package io.rebalancer.core.evacuate;

/**
 * The highest row ids of a metadata shard at one moment. A row has a value in exactly one of the two columns, keeps it when
 * it is updated, and a new row gets a higher one (manta.md 6.5).
 *
 * @param highestId highest value of {@link ScanColumn#ID}; 0 if no row has one
 * @param highestIdx highest value of {@link ScanColumn#IDX}; 0 if no row has one
 */
public record RowWatermark(long highestId, long highestIdx) {
    /** The watermark of a shard without rows. */
    public static final RowWatermark NONE = new RowWatermark(0, 0);
}
