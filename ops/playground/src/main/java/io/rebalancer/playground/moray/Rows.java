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
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes single rows in the transaction of a connection (manta.md 6.5, 7.7). */
final class Rows {
    private Rows() {}

    static Optional<MorayObject> read(Connection connection, Bucket bucket, String key) throws SQLException {
        return select(connection, bucket, key, "");
    }

    static String put(Connection connection, MorayPut put) throws SQLException {
        Bucket bucket = Bucket.named(put.bucket());
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

    /** Locks the row, then checks the condition against its current etag. */
    private static Optional<MorayObject> lock(Connection connection, Bucket bucket, String key, EtagCondition condition)
            throws SQLException {
        Optional<MorayObject> row = select(connection, bucket, key, " FOR UPDATE");
        Optional<String> actual = row.map(MorayObject::etag);
        if (!condition.holds(actual)) {
            throw new EtagConflict(bucket.table(), key, condition.expected(), actual.orElse("null"));
        }
        return row;
    }

    private static Optional<MorayObject> select(Connection connection, Bucket bucket, String key, String suffix)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT * FROM " + bucket.table() + " WHERE _key = ?" + suffix)) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(object(bucket, rows)) : Optional.empty();
            }
        }
    }

    static MorayObject object(Bucket bucket, ResultSet row) throws SQLException {
        return new MorayObject(
                bucket.table(),
                row.getString("_key"),
                value(row.getString("_value")),
                row.getObject("_id", Long.class),
                row.getObject("_idx", Long.class),
                row.getString("_etag"),
                row.getLong("_mtime"),
                row.getObject("_txn_snap", Integer.class));
    }

    // _id and _idx are missing here because an update keeps the row's ids.
    private static String updateText(Bucket bucket) {
        return "UPDATE %s SET _value = ?, _etag = ?, _mtime = ?, _vnode = ?, %s WHERE _key = ?"
                .formatted(
                        bucket.table(),
                        bucket.indexes().stream().map(i -> i.column() + " = ?").collect(Collectors.joining(", ")));
    }

    private static String insertText(Bucket bucket, MorayPut.RowId ids) {
        boolean extended = ids == MorayPut.RowId.EXTENDED;
        String columns = bucket.indexes().stream().map(i -> i.column() + ", ").collect(Collectors.joining());
        return "INSERT INTO %1$s (%2$s_value, _etag, _mtime, _vnode, %3$s_key) VALUES (%4$s?, ?, ?, ?, %5$s?)"
                .formatted(
                        bucket.table(),
                        extended ? "_id, _idx, " : "",
                        columns,
                        extended ? "NULL, nextval('" + bucket.table() + "_serial'), " : "",
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
