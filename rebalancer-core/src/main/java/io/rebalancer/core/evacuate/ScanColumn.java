package io.rebalancer.core.evacuate;

/**
 * The column a shard's scan walks along. A row has a value in exactly one of the two id columns, and always a key
 * (manta.md 6.5). Stored by name.
 */
public enum ScanColumn {
    /** Row id of most rows; walked first. */
    ID("_id"),
    /** Row id of rows from after the extended-id migration; walked after {@link #ID}. */
    IDX("_idx"),
    /** The primary key, walked by itself. */
    KEY("_key");

    private final String columnName;

    ScanColumn(String columnName) {
        this.columnName = columnName;
    }

    /** Name of the column in the shard's table. */
    public String columnName() {
        return columnName;
    }
}
