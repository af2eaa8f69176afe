package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A bucket: its table, and the index columns that mirror fields of the value (manta.md 6.5).
 *
 * @param extendedIds whether the table has the column {@code _idx}, after the extended-id migration
 */
public record Bucket(String name, List<Index> indexes, boolean extendedIds) {
    static final Bucket MANTA = new Bucket(
            "manta",
            List.of(
                    new Index("dirname", Type.STRING),
                    new Index("name", Type.STRING),
                    new Index("owner", Type.STRING),
                    new Index("objectId", Type.STRING),
                    new Index("type", Type.STRING)),
            true);
    static final Bucket MANTA_STORAGE = new Bucket(
            "manta_storage",
            List.of(
                    new Index("manta_storage_id", Type.STRING),
                    new Index("datacenter", Type.STRING),
                    new Index("hostname", Type.STRING),
                    new Index("filesystem", Type.STRING),
                    new Index("availableMB", Type.NUMBER),
                    new Index("percentUsed", Type.NUMBER),
                    new Index("timestamp", Type.NUMBER)),
            false);

    /** Every {@code _idx} lies above every {@code _id}, which is an INTEGER: the migration is for shards that used it up. */
    static final long FIRST_EXTENDED_ID = 1L << 31;

    // VARCHAR where Moray has TEXT: H2 maps TEXT to CLOB, which can be neither a primary key nor indexed.
    private static final String FIXED_COLUMNS = """
            _id BIGINT DEFAULT nextval('%1$s_serial') UNIQUE,
            _txn_snap INTEGER,
            _key VARCHAR PRIMARY KEY,
            _value VARCHAR NOT NULL,
            _etag CHAR(8) NOT NULL,
            _mtime BIGINT,
            _vnode BIGINT,
            _rver INTEGER""";

    public Bucket {
        indexes = List.copyOf(indexes);
    }

    String table() {
        return name;
    }

    /** The index of a field. */
    Optional<Index> index(String field) {
        return indexes.stream().filter(index -> index.field.equals(field)).findFirst();
    }

    /** Statements that create the bucket unless it exists. */
    List<String> schema() {
        String columns = (extendedIds ? ",\n_idx BIGINT UNIQUE" : "")
                + indexes.stream()
                        .map(index -> ",\n" + index.column() + " " + index.type.sql)
                        .collect(Collectors.joining());
        return List.of(
                "CREATE SEQUENCE IF NOT EXISTS " + name + "_serial START WITH 1",
                "CREATE SEQUENCE IF NOT EXISTS " + name + "_extended_serial START WITH " + FIRST_EXTENDED_ID,
                "CREATE TABLE IF NOT EXISTS %1$s (%2$s%3$s)".formatted(name, FIXED_COLUMNS.formatted(name), columns),
                // The other columns are not searched often enough to pay for an index.
                "CREATE INDEX IF NOT EXISTS %1$s_first_idx ON %1$s(%2$s)"
                        .formatted(name, equals(MANTA) ? "objectid" : "_mtime"));
    }

    /** The types of an index. */
    public enum Type {
        STRING("VARCHAR"),
        NUMBER("BIGINT"),
        BOOLEAN("BOOLEAN");

        private final String sql;

        Type(String sql) {
            this.sql = sql;
        }

        /** The type's name in the configuration of a bucket. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Type> of(String word) {
            for (Type type : values()) {
                if (type.word().equals(word)) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }
    }

    /** An index column with the field that it mirrors. */
    public record Index(String field, Type type) {

        /** The column's name in results: PostgreSQL folds it to lower case. */
        String label() {
            return field.toLowerCase(Locale.ROOT);
        }

        /** The column in a statement; quoted, because a field may be named like a word of SQL. */
        String column() {
            return '"' + label() + '"';
        }

        /** The column's content for a value: null if the field is missing or has another type. */
        @Nullable
        Object of(JsonNode value) {
            return ofField(value.path(field));
        }

        @Nullable
        Object ofField(JsonNode node) {
            return switch (type) {
                case NUMBER -> node.isNumber() ? (Object) node.asLong() : null;
                case BOOLEAN -> node.isBoolean() ? (Object) node.asBoolean() : null;
                case STRING -> node.isValueNode() && !node.isNull() ? node.asText() : null;
            };
        }

        /** Moray shows the column and not the value, because {@code updateObjects} changes columns only (manta.md 7.6). */
        boolean differs(JsonNode value, @Nullable Object cell) {
            return !value.path(field).isArray() && !Objects.equals(of(value), cell);
        }

        static JsonNode json(Object cell) {
            if (cell instanceof Long number) {
                return JsonNodeFactory.instance.numberNode(number);
            }
            return cell instanceof Boolean flag
                    ? JsonNodeFactory.instance.booleanNode(flag)
                    : JsonNodeFactory.instance.textNode(cell.toString());
        }
    }
}
