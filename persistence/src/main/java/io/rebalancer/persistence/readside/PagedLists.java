package io.rebalancer.persistence.readside;

import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads lists page by page. A page starts behind a sort key, so its cost does not depend on its place in the list. */
final class PagedLists {
    private final ReadSide readSide;

    PagedLists(ReadSide readSide) {
        this.readSide = readSide;
    }

    private record Row<T>(T line, List<?> key) {}

    /**
     * A page of a list.
     *
     * @param filter the values that columns must have; one of the values of a list
     * @param after the cursor of the page before
     * @param most maximum number of lines
     */
    <T> CompletionStage<Page<T>> page(
            Listing<T> listing, Map<String, ?> filter, ListOrder order, Optional<String> after, int most) {
        return readSide.run(() -> {
            Map<String, Object> parameters = new TreeMap<>();
            List<String> conditions = new ArrayList<>();
            filter.forEach((column, value) -> conditions.add(condition(column, value, parameters)));
            after.ifPresent(given -> {
                List<?> key = listing.parse(given, order);
                for (int part = 0; part < key.size(); part++) {
                    parameters.put(Listing.parameter(part), key.get(part));
                }
                conditions.add(listing.behind(order));
            });
            String sql = listing.query(conditions, order);
            // One row more than the page has shows whether there is a next page.
            parameters.put("limit", most + 1);
            List<Row<T>> rows = rows(listing, sql, parameters);
            List<T> lines = rows.stream().limit(most).map(Row::line).toList();
            return new Page<>(
                    lines,
                    rows.size() > most
                            ? Optional.of(
                                    listing.cursor(order, rows.get(most - 1).key()))
                            : Optional.empty());
        });
    }

    /** The condition for a column, whose parameters are added to {@code parameters}. */
    private static String condition(String column, Object value, Map<String, Object> parameters) {
        if (!(value instanceof List<?> values)) {
            parameters.put(column, value);
            return column + " = :" + column;
        }
        List<String> names = new ArrayList<>();
        for (Object each : values) {
            String name = column + "_" + names.size();
            names.add(":" + name);
            parameters.put(name, each);
        }
        return column + " in (" + String.join(", ", names) + ")";
    }

    private <T> List<Row<T>> rows(Listing<T> listing, String sql, Map<String, ?> parameters) {
        return readSide.tables().read(handle -> {
            try (Query query = handle.createQuery(sql)) {
                return query.bindMap(parameters)
                        .map((RowView row) -> new Row<>(
                                listing.line().apply(row), listing.keyOf().apply(row)))
                        .list();
            }
        });
    }
}
