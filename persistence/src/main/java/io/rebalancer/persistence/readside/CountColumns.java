package io.rebalancer.persistence.readside;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Columns of a table that hold the counts of one value, in the forms in which statements name them.
 *
 * @param <T> the value, such as the counts of a job
 */
final class CountColumns<T> {
    private final List<Column<T>> columns;

    /** A column, and the count that it holds. */
    record Column<T>(String name, ToLongFunction<T> count) {}

    CountColumns(List<Column<T>> columns) {
        this.columns = List.copyOf(columns);
    }

    private String joined(Function<String, String> form) {
        return columns.stream().map(Column::name).map(form).collect(Collectors.joining(", "));
    }

    /** For an insert: {@code relocated, gone, ...}. */
    String names() {
        return joined(name -> name);
    }

    /** For an insert: {@code :relocated, :gone, ...}. */
    String parameters() {
        return joined(name -> ":" + name);
    }

    /** For an update: {@code relocated = :relocated, ...}. */
    String assignments() {
        return joined(name -> name + " = :" + name);
    }

    /** For an update: {@code relocated = relocated + :relocated, ...}. */
    String additions() {
        return joined(name -> name + " = " + name + " + :" + name);
    }

    /** For a query with groups: {@code sum(relocated) as relocated, ...}. */
    String sums() {
        return joined(name -> "sum(" + name + ") as " + name);
    }

    /** Gives the parameters of a statement their values. */
    void bind(SqlStatement<?> statement, T value) {
        for (Column<T> column : columns) {
            statement.bind(column.name(), column.count().applyAsLong(value));
        }
    }

    /** The count in a row. */
    static long number(RowView row, String column) {
        return row.getColumn(column, Long.class);
    }
}
