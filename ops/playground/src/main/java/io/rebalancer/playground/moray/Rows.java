package io.rebalancer.playground.moray;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.manager.fast.RowEtag;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes single rows in the transaction of a connection (manta.md 6.5, 7.7). */
final class Rows {
    private Rows() {}

    static Optional<MorayObject> read(Connection connection, Bucket bucket, String key) throws SQLException {
        return select(connection, bucket, key);
    }

    static String put(Connection connection, Bucket bucket, MorayPut put) throws SQLException {
        boolean exists = lock(connection, bucket, put.key(), put.condition()).isPresent();
        String text = put.text().orElseGet(() -> text(put.value()));
        String etag = RowEtag.of(text);
        List<@Nullable Object> cells = new ArrayList<>();
        cells.add(text);
        cells.add(etag);
        cells.add(System.currentTimeMillis());
        JsonNode vnode = put.value().path("vnode");
        cells.add(vnode.isIntegralNumber() ? (Object) vnode.longValue() : null);
        for (Bucket.Index index : bucket.indexes()) {
            cells.add(index.of(put.value()));
        }
        cells.add(put.key());
        String statement = exists ? updateText(bucket) : insertText(bucket, put.newRowId());
        try (PreparedStatement write = connection.prepareStatement(statement)) {
            for (int i = 0; i < cells.size(); i++) {
                write.setObject(i + 1, cells.get(i));
            }
            write.executeUpdate();
        }
        return etag;
    }

    static boolean delete(Connection connection, Bucket bucket, String key, EtagCondition condition)
            throws SQLException {
        if (lock(connection, bucket, key, condition).isEmpty()) {
            return false;
        }
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM " + bucket.table() + " WHERE _key = ?")) {
            delete.setString(1, key);
            return delete.executeUpdate() == 1;
        }
    }

    /**
     * The rows that match, by ascending id.
     *
     * @throws FilterRefused if no index supports the filter
     */
    static List<MorayObject> matching(Connection connection, Bucket bucket, Filter filter, int limit, String suffix)
            throws SQLException {
        if (!filter.isIndexed(field -> bucket.index(field).isPresent())) {
            boolean combined = filter instanceof Filter.And || filter instanceof Filter.Or;
            throw combined ? FilterRefused.notIndexed(bucket, filter.toString()) : FilterRefused.invalid(filter);
        }
        String order = bucket.extendedIds() ? "COALESCE(_id, _idx)" : "_id";
        String text = "SELECT * FROM " + bucket.table() + " ORDER BY " + order + suffix;
        try (PreparedStatement select = connection.prepareStatement(text);
                ResultSet rows = select.executeQuery()) {
            List<MorayObject> found = new ArrayList<>();
            while (found.size() < limit && rows.next()) {
                MorayObject row = object(bucket, rows);
                if (filter.matches(row.searchable())) {
                    found.add(row);
                }
            }
            return List.copyOf(found);
        }
    }

    /** The etag of updated rows is no checksum: it begins with {@code u}. */
    static MorayChange.Outcome update(Connection connection, Bucket bucket, MorayChange.Update update)
            throws SQLException {
        String etag = "u" + UUID.randomUUID().toString().substring(0, 7);
        List<@Nullable Object> cells = new ArrayList<>(List.of(etag, System.currentTimeMillis()));
        StringBuilder columns = new StringBuilder("_etag = ?, _mtime = ?");
        for (Map.Entry<String, JsonNode> field : update.fields().properties()) {
            Bucket.Index index = bucket.index(field.getKey())
                    .orElseThrow(() ->
                            FilterRefused.notIndexed(bucket, update.fields().toString()));
            columns.append(", ").append(index.column()).append(" = ?");
            cells.add(index.ofField(field.getValue()));
        }
        List<MorayObject> rows = matching(connection, bucket, update.filter(), update.limit(), " FOR UPDATE");
        for (MorayObject row : rows) {
            try (PreparedStatement write =
                    connection.prepareStatement("UPDATE " + bucket.table() + " SET " + columns + " WHERE _key = ?")) {
                for (int i = 0; i < cells.size(); i++) {
                    write.setObject(i + 1, cells.get(i));
                }
                write.setString(cells.size() + 1, row.key());
                write.executeUpdate();
            }
        }
        return new MorayChange.Outcome(Optional.of(etag), Optional.of(rows.size()));
    }

    static MorayChange.Outcome deleteMany(Connection connection, Bucket bucket, MorayChange.DeleteMany delete)
            throws SQLException {
        List<MorayObject> rows = matching(connection, bucket, delete.filter(), delete.limit(), " FOR UPDATE");
        for (MorayObject row : rows) {
            delete(connection, bucket, row.key(), EtagCondition.any());
        }
        return new MorayChange.Outcome(Optional.empty(), Optional.of(rows.size()));
    }

    /** Locks the row, then checks the condition against its current etag, which is empty if there is no row. */
    private static Optional<String> lock(Connection connection, Bucket bucket, String key, EtagCondition condition)
            throws SQLException {
        Optional<String> actual = etagForUpdate(connection, bucket, key);
        if (!condition.holds(actual)) {
            throw new EtagConflict(bucket.table(), key, condition.expected(), actual.orElse("null"));
        }
        return actual;
    }

    private static Optional<String> etagForUpdate(Connection connection, Bucket bucket, String key)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT _etag FROM " + bucket.table() + " WHERE _key = ? FOR UPDATE")) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    private static Optional<MorayObject> select(Connection connection, Bucket bucket, String key) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT * FROM " + bucket.table() + " WHERE _key = ?")) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(object(bucket, rows)) : Optional.empty();
            }
        }
    }

    private static MorayObject object(Bucket bucket, ResultSet row) throws SQLException {
        ObjectNode value = value(row.getString("_value"));
        for (Bucket.Index index : bucket.indexes()) {
            Object cell = row.getObject(index.label());
            if (index.differs(value, cell)) {
                if (cell == null) {
                    value.remove(index.field());
                } else {
                    value.set(index.field(), Bucket.Index.json(cell));
                }
            }
        }
        return new MorayObject(
                bucket.table(),
                row.getString("_key"),
                value,
                row.getObject("_id", Long.class),
                bucket.extendedIds() ? row.getObject("_idx", Long.class) : null,
                row.getString("_etag"),
                row.getLong("_mtime"),
                row.getObject("_txn_snap", Integer.class));
    }

    // _id and _idx are missing here because an update keeps the row's ids.
    private static String updateText(Bucket bucket) {
        return "UPDATE %s SET _value = ?, _etag = ?, _mtime = ?, _vnode = ?%s WHERE _key = ?"
                .formatted(
                        bucket.table(),
                        bucket.indexes().stream()
                                .map(i -> ", " + i.column() + " = ?")
                                .collect(Collectors.joining()));
    }

    private static String insertText(Bucket bucket, MorayPut.RowId ids) {
        boolean extended = bucket.extendedIds() && ids == MorayPut.RowId.EXTENDED;
        String columns = bucket.indexes().stream().map(i -> i.column() + ", ").collect(Collectors.joining());
        return "INSERT INTO %1$s (%2$s_value, _etag, _mtime, _vnode, %3$s_key) VALUES (%4$s?, ?, ?, ?, %5$s?)"
                .formatted(
                        bucket.table(),
                        extended ? "_id, _idx, " : "",
                        columns,
                        extended ? "NULL, nextval('" + bucket.table() + "_extended_serial'), " : "",
                        "?, ".repeat(bucket.indexes().size()));
    }

    private static String text(ObjectNode value) {
        try {
            return ExactJson.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the value can't be written as JSON", e);
        }
    }

    private static ObjectNode value(String text) throws SQLException {
        try {
            return ExactJson.MAPPER.readValue(text, ObjectNode.class);
        } catch (JsonProcessingException e) {
            throw new SQLException("_value is not a JSON object: " + text, e);
        }
    }
}
