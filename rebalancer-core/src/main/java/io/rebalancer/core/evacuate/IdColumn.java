package io.rebalancer.core.evacuate;

/** The two row-id columns of a metadata shard; a row has a value in exactly one of them (manta.md 6.5). */
public enum IdColumn {
    ID("_id"),
    IDX("_idx");

    private final String columnName;

    IdColumn(String columnName) {
        this.columnName = columnName;
    }

    /** Name of the column in the shard's table. */
    public String columnName() {
        return columnName;
    }
}
