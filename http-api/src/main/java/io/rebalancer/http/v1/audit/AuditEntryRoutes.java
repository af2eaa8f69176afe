package io.rebalancer.http.v1.audit;

import io.rebalancer.core.port.AuditEntries;
import io.rebalancer.core.port.AuditEntries.Line;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problems;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The audit log of operator actions.
 *
 * <pre>
 *   GET /api/v1/audit/entries?limit=           the newest entries, newest first
 *   GET /api/v1/audit/entries?limit=&before=N  entries with lower numbers, newest first
 *   GET /api/v1/audit/entries?limit=&after=N   entries with higher numbers, oldest first
 *   GET /api/v1/audit/entries?order=oldest     the oldest entries, oldest first; the next page is after=NEXT
 *   GET /api/v1/audit/export                   all entries, oldest first, one in each line
 *   GET /api/v1/audit/last                     number and hash of the last entry
 * </pre>
 *
 * {@code GET /api/v1/audit} itself is an earlier list, of events of jobs.
 */
public final class AuditEntryRoutes extends AllDirectives {
    private static final int DEFAULT_LIMIT = 100;

    private final AuditTrail trail;
    private final AuditEntries entries;

    public AuditEntryRoutes(AuditTrail trail, AuditEntries entries) {
        this.trail = trail;
        this.entries = entries;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/audit"),
                () -> concat(
                        path("entries", () -> get(this::page)),
                        path("last", () -> get(this::last)),
                        path("export", () -> get(new AuditExport(trail, entries)::route))));
    }

    private Route last() {
        return Problems.complete(trail.last().thenApply(head -> Json.response(StatusCodes.OK, head)));
    }

    private Route page() {
        return parameterOptional(
                "before",
                before -> parameterOptional(
                        "after",
                        after -> parameterOptional(
                                "limit", limit -> Paging.withOrder(order -> page(order, before, after, limit)))));
    }

    /** Without an order, {@code after} lists the oldest entries first, and every other request the newest. */
    private Route page(
            Optional<ListOrder> order, Optional<String> before, Optional<String> after, Optional<String> limit) {
        if (before.isPresent() && after.isPresent()) {
            return complete(Problems.badRequest("give before or after, not both"));
        }
        if (order.equals(Optional.of(ListOrder.NEWEST)) && after.isPresent()) {
            return complete(
                    Problems.badRequest("after lists the oldest entries first; with order=newest, give before"));
        }
        if (order.equals(Optional.of(ListOrder.OLDEST)) && before.isPresent()) {
            return complete(
                    Problems.badRequest("before lists the newest entries first; with order=oldest, give after"));
        }
        boolean oldestFirst = after.isPresent() || order.equals(Optional.of(ListOrder.OLDEST));
        Optional<Long> most = number(limit.orElse(String.valueOf(DEFAULT_LIMIT)));
        Optional<Long> bound =
                number(before.or(() -> after).orElse(oldestFirst ? "0" : String.valueOf(Long.MAX_VALUE)));
        if (most.isEmpty() || most.get() < 1 || most.get() > AuditEntries.MAX_PAGE) {
            return complete(
                    Problems.badRequest("limit must be 1 to " + AuditEntries.MAX_PAGE + ", not " + limit.orElse("")));
        }
        if (bound.isEmpty()) {
            return complete(Problems.badRequest("before and after must be the number of an entry, not "
                    + before.or(() -> after).orElse("")));
        }
        int size = most.get().intValue();
        // One entry more than the page has shows whether there is a next page.
        CompletionStage<List<Line>> lines =
                oldestFirst ? entries.after(bound.get(), size + 1) : entries.before(bound.get(), size + 1);
        return Problems.complete(lines.thenApply(found -> response(found, size)));
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text)).filter(number -> number >= 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The entries are JSON already, and their texts must not change. */
    private static HttpResponse response(List<Line> lines, int size) {
        List<Line> page = lines.subList(0, Math.min(size, lines.size()));
        String next = lines.size() > size ? ",\"next\":" + page.get(size - 1).number() : "";
        String body =
                page.stream().map(Line::text).collect(Collectors.joining(",", "{\"entries\":[", "]" + next + "}"));
        return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
