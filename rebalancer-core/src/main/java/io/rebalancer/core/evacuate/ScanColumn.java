package io.rebalancer.core.evacuate;

/**
 * The column that orders the scan of a shard. A row has a value in exactly one of the two id columns, and always a key
 * (manta.md 6.5). Stored by name.
 */
public enum ScanColumn {
    /** Row id of most rows; scanned first. */
    ID("_id"),
    /** Row id of rows created after the extended-id migration; scanned after {@link #ID}. */
    IDX("_idx"),
    /** The primary key; a scan by key uses no other column. */
    KEY("_key");

    private final String columnName;

    ScanColumn(String columnName) {
        this.columnName = columnName;
    }

    /** The column's name in the shard's table. */
    public String columnName() {
        return columnName;
    }
}
