package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Runs the statement of an {@code sql} call. Its rows have the format of node's PostgreSQL driver (manta.md 7.6). */
final class RawQuery {
    private RawQuery() {}

    static List<ObjectNode> run(Connection connection, String text, List<? extends JsonNode> values)
            throws SQLException {
        connection.setReadOnly(true);
        try (PreparedStatement query = connection.prepareStatement(text)) {
            if (query.getMetaData() == null) {
                throw new QueryRefused(text, null);
            }
            for (int i = 0; i < values.size(); i++) {
                query.setObject(i + 1, parameter(connection, values.get(i)));
            }
            try (ResultSet rows = query.executeQuery()) {
                List<Column> columns = columns(text, rows.getMetaData());
                List<ObjectNode> out = new ArrayList<>();
                while (rows.next()) {
                    out.add(row(rows, columns));
                }
                return out;
            }
        } catch (SQLException e) {
            // The reader's rights stop a write inside a query, such as FINAL TABLE (DELETE ...).
            boolean refused = e.getErrorCode() == ErrorCode.NOT_ENOUGH_RIGHTS_FOR_1
                    || e.getErrorCode() == ErrorCode.ADMIN_RIGHTS_REQUIRED;
            throw refused ? new QueryRefused(text, e) : e;
        }
    }

    private static @Nullable Object parameter(Connection connection, JsonNode value) throws SQLException {
        if (value.isArray()) {
            List<@Nullable Object> items = new ArrayList<>();
            for (JsonNode item : value) {
                items.add(item.isNull() ? null : item.asText());
            }
            return connection.createArrayOf("varchar", items.toArray());
        }
        return switch (value.getNodeType()) {
            case NULL, MISSING -> null;
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.isIntegralNumber() ? (Object) value.longValue() : value.decimalValue();
            case STRING -> value.textValue();
            default -> value.toString();
        };
    }

    /** @param type of {@link Types} */
    private record Column(String name, int number, int type) {}

    private static List<Column> columns(String text, ResultSetMetaData found) throws SQLException {
        List<String> names = ColumnNames.of(text, found);
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= found.getColumnCount(); i++) {
            columns.add(new Column(names.get(i - 1), i, found.getColumnType(i)));
        }
        return columns;
    }

    private static ObjectNode row(ResultSet rows, List<Column> columns) throws SQLException {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (Column column : columns) {
            row.set(column.name, cell(rows, column.number, column.type));
        }
        return row;
    }

    private static JsonNode cell(ResultSet rows, int column, int type) throws SQLException {
        String text = rows.getString(column);
        if (text == null) {
            return JsonNodeFactory.instance.nullNode();
        }
        return switch (type) {
            case Types.SMALLINT, Types.TINYINT, Types.INTEGER ->
                JsonNodeFactory.instance.numberNode(rows.getInt(column));
            case Types.REAL, Types.FLOAT, Types.DOUBLE -> JsonNodeFactory.instance.numberNode(rows.getDouble(column));
            case Types.BOOLEAN, Types.BIT -> JsonNodeFactory.instance.booleanNode(rows.getBoolean(column));
            // BIGINT and NUMERIC are text too, because a JavaScript number can't hold all their values.
            default -> JsonNodeFactory.instance.textNode(text);
        };
    }
}
