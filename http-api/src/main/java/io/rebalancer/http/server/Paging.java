package io.rebalancer.http.server;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.text.StableWord;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Lists that are read page by page. The parameter {@code limit} is the maximum number of items, and {@code after} is the
 * {@code next} of the previous page. A page without {@code next} is the last page.
 */
public final class Paging {
    private static final int DEFAULT_LIMIT = 100;

    private Paging() {}

    /** Reads one page. */
    @FunctionalInterface
    public interface PageQuery<T> {
        CompletionStage<Page<T>> read(Optional<String> after, int limit);
    }

    /**
     * Completes the request with one page.
     *
     * @param name the field that holds the items
     * @param view the JSON form of an item
     */
    public static <T> Route page(String name, PageQuery<T> query, Function<T, ?> view) {
        return page(name, DEFAULT_LIMIT, query, view);
    }

    /**
     * As {@link #page(String, PageQuery, Function)}.
     *
     * @param defaultLimit maximum number of items if the request names none
     */
    public static <T> Route page(String name, int defaultLimit, PageQuery<T> query, Function<T, ?> view) {
        return Directives.parameterOptional(
                "after",
                after -> Directives.parameterOptional(
                        "limit",
                        text -> parseLimit(text, defaultLimit)
                                .map(limit -> Problems.complete(
                                        query.read(after, limit).thenApply(page -> response(name, page, view))))
                                .orElseGet(() -> Directives.complete(Problems.badRequest(
                                        "limit must be 1 to " + JobHistory.MAX_PAGE + ", not " + text.orElse(""))))));
    }

    /** Reads one page of a list in either order. */
    @FunctionalInterface
    public interface OrderedQuery<T> {
        CompletionStage<Page<T>> read(ListOrder order, Optional<String> after, int limit);
    }

    /**
     * As {@link #page(String, PageQuery, Function)}, for a list in the order that the parameter {@code order} names.
     *
     * @param usual the order if the request names none
     */
    public static <T> Route page(String name, ListOrder usual, OrderedQuery<T> query, Function<T, ?> view) {
        return withOrder(order -> page(name, (after, limit) -> query.read(order.orElse(usual), after, limit), view));
    }

    /** Passes the parameter {@code order}; replies 400 to a word that is no order. */
    public static Route withOrder(Function<Optional<ListOrder>, Route> inner) {
        return Directives.parameterOptional("order", word -> {
            Optional<ListOrder> order = word.flatMap(text -> Arrays.stream(ListOrder.values())
                    .filter(each -> StableWord.of(each).equals(text))
                    .findFirst());
            return word.isPresent() && order.isEmpty()
                    ? Directives.complete(Problems.badRequest("order must be newest or oldest, not " + word.get()))
                    : inner.apply(order);
        });
    }

    private static Optional<Integer> parseLimit(Optional<String> text, int defaultLimit) {
        try {
            return Optional.of(text.map(Integer::parseInt).orElse(defaultLimit))
                    .filter(limit -> limit >= 1 && limit <= JobHistory.MAX_PAGE);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static <T> HttpResponse response(String name, Page<T> page, Function<T, ?> view) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(name, page.items().stream().map(view).toList());
        page.next().ifPresent(next -> body.put("next", next));
        return Json.response(StatusCodes.OK, body);
    }
}
