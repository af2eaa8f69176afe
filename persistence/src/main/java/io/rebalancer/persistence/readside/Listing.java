package io.rebalancer.persistence.readside;

import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.text.StableWord;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.result.RowView;

/**
 * A list with a total order, which is read in either direction. A cursor of the usual order is the sort key of a row; a cursor of
 * the other order begins with its word, so that it is never taken for one of the usual order.
 *
 * @param fixed columns that are the same in all rows of a list, before the sort key in its index. H2 uses the index for the order
 *     only if they are named there
 * @param columns the sort key, from its most significant column
 * @param usual the order of lists whose request names none
 * @param key reads the sort key from a cursor
 * @param keyOf the sort key of a row
 */
record Listing<T>(
        String table,
        List<String> fixed,
        List<String> columns,
        ListOrder usual,
        Function<PageCursor, List<?>> key,
        Function<RowView, T> line,
        Function<RowView, List<?>> keyOf) {

    /** The name of the parameter for a part of the sort key. */
    static String parameter(int part) {
        return "key" + part;
    }

    /** The query for rows that meet all conditions. Its parameter {@code limit} is the maximum number of rows. */
    String query(List<String> conditions, ListOrder order) {
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        return "select * from " + table + where + " order by " + orderBy(order) + " limit :limit";
    }

    private String orderBy(ListOrder order) {
        String direction = order == ListOrder.NEWEST ? " desc" : "";
        return Stream.concat(fixed.stream(), columns.stream())
                .map(column -> column + direction)
                .collect(Collectors.joining(", "));
    }

    /** The condition for rows behind a sort key. Both databases find it in an index. */
    String behind(ListOrder order) {
        String sign = order == ListOrder.NEWEST ? " < " : " > ";
        String key = IntStream.range(0, columns.size())
                .mapToObj(part -> ":" + parameter(part))
                .collect(Collectors.joining(", "));
        return "(" + String.join(", ", columns) + ")" + sign + "(" + key + ")";
    }

    /** The cursor of a row. */
    String cursor(ListOrder order, List<?> keyOfRow) {
        return PageCursor.of(
                (order == usual ? keyOfRow.stream() : Stream.concat(Stream.of(StableWord.of(order)), keyOfRow.stream()))
                        .toArray());
    }

    /**
     * The sort key of a cursor.
     *
     * @throws BadCursor if it is not the cursor of a row in this order
     */
    List<?> parse(String given, ListOrder order) {
        PageCursor cursor = PageCursor.parse(given);
        ListOrder other = usual == ListOrder.NEWEST ? ListOrder.OLDEST : ListOrder.NEWEST;
        boolean named = cursor.parts().get(0).equals(StableWord.of(other));
        PageCursor bare = named ? cursor.withoutFirst() : cursor;
        if (bare.parts().size() != columns.size()) {
            throw new BadCursor(given, null);
        }
        List<?> parts = key.apply(bare);
        if (named != (order == other)) {
            throw BadCursor.ofOtherOrder(given);
        }
        return parts;
    }
}
