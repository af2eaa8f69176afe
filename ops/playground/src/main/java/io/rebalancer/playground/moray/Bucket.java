package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A bucket: its table, and the index columns that mirror fields of the value (manta.md 6.5). */
@SuppressWarnings("ImmutableEnumChecker") // the lists come from List.of
enum Bucket {
    MANTA(
            "manta",
            List.of(
                    Index.text("dirname", "dirname"),
                    Index.text("name", "name"),
                    Index.text("owner", "owner"),
                    Index.text("objectid", "objectId"),
                    Index.text("type", "type"))),
    MANTA_STORAGE(
            "manta_storage",
            List.of(
                    Index.text("manta_storage_id", "manta_storage_id"),
                    Index.text("datacenter", "datacenter"),
                    Index.text("hostname", "hostname"),
                    Index.text("filesystem", "filesystem"),
                    Index.number("availablemb", "availableMB"),
                    Index.number("percentused", "percentUsed"),
                    Index.number("\"timestamp\"", "timestamp")));

    // VARCHAR where Moray has TEXT: H2 maps TEXT to CLOB, which can be neither a primary key nor indexed.
    private static final String FIXED_COLUMNS = """
            _id BIGINT DEFAULT nextval('%1$s_serial') UNIQUE,
            _txn_snap INTEGER,
            _key VARCHAR PRIMARY KEY,
            _value VARCHAR NOT NULL,
            _etag CHAR(8) NOT NULL,
            _mtime BIGINT,
            _vnode BIGINT,
            _idx BIGINT UNIQUE,
            _rver INTEGER""";

    private final String table;
    private final List<Index> indexes;

    Bucket(String table, List<Index> indexes) {
        this.table = table;
        this.indexes = indexes;
    }

    static Bucket named(String name) {
        for (Bucket bucket : values()) {
            if (bucket.table.equals(name)) {
                return bucket;
            }
        }
        throw new BucketNotFound(name);
    }

    String table() {
        return table;
    }

    List<Index> indexes() {
        return indexes;
    }

    /** Statements that create the bucket unless it exists. */
    List<String> schema() {
        String columns =
                indexes.stream().map(i -> ",\n" + i.column + " " + i.type).collect(Collectors.joining());
        return List.of(
                "CREATE SEQUENCE IF NOT EXISTS " + table + "_serial START WITH 1",
                "CREATE TABLE IF NOT EXISTS %1$s (%2$s%3$s)".formatted(table, FIXED_COLUMNS.formatted(table), columns),
                "CREATE INDEX IF NOT EXISTS %1$s_first_idx ON %1$s(%2$s)"
                        .formatted(table, this == MANTA ? "objectid" : "manta_storage_id"));
    }

    /** An index column with the field that it mirrors and its SQL type. */
    record Index(String column, String field, String type) {
        static Index text(String column, String field) {
            return new Index(column, field, "VARCHAR");
        }

        static Index number(String column, String field) {
            return new Index(column, field, "BIGINT");
        }

        /** The column's content for a value: null if the field is missing or has another type. */
        @Nullable
        Object of(JsonNode value) {
            JsonNode node = value.path(field);
            if (type.equals("BIGINT")) {
                return node.isNumber() ? (Object) node.asLong() : null;
            }
            return node.isValueNode() && !node.isNull() ? node.asText() : null;
        }
    }
}
