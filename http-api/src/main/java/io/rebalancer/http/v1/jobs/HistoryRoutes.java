package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.RetryClass;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.http.server.FailureResponses;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Lists, page by page: {@code /api/v1/jobs}, {@code /api/v1/jobs/ID/exceptions?reason=}, {@code /api/v1/audit}. Each takes
 * {@code limit}, and {@code after} with the {@code next} of the page before.
 */
public final class HistoryRoutes extends AllDirectives {
    private static final int USUAL_PAGE = 100;

    private final JobHistory history;

    public HistoryRoutes(JobHistory history) {
        this.history = history;
    }

    /** A record that stayed, with its cause as a stable word and what to expect of another try. */
    private record ExceptionView(
            int shard, String key, String kind, String reason, RetryClass retryClass, String detail) {
        static ExceptionView of(ExceptionLine line) {
            return new ExceptionView(
                    line.shard(),
                    line.key(),
                    word(line.kind()),
                    word(line.reason()),
                    line.reason().retryClass(),
                    line.detail());
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    public Route routes() {
        return concat(
                path(
                        PathMatchers.separateOnSlashes("api/v1/jobs"),
                        () -> get(() -> page("jobs", history::jobs, JobLineView::of))),
                path(
                        PathMatchers.separateOnSlashes("api/v1/audit"),
                        () -> get(() -> page("audit", history::audit, Function.identity()))),
                path(
                        PathMatchers.separateOnSlashes("api/v1/jobs")
                                .slash(PathMatchers.segment())
                                .slash("exceptions"),
                        id -> get(() -> exceptions(id))));
    }

    private Route exceptions(String id) {
        return JobIds.parse(id)
                .map(jobId -> parameterOptional("reason", given -> {
                    Optional<Reason> reason = given.flatMap(HistoryRoutes::reason);
                    if (given.isPresent() && reason.isEmpty()) {
                        return complete(refused("no such reason: " + given.get() + "; there are "
                                + Arrays.stream(Reason.values())
                                        .map(HistoryRoutes::word)
                                        .collect(Collectors.joining(", "))));
                    }
                    return page(
                            "exceptions",
                            (after, most) -> history.exceptions(jobId, reason, after, most),
                            ExceptionView::of);
                }))
                .orElseGet(() ->
                        complete(Problem.of(StatusCodes.BAD_REQUEST, "BAD_JOB_ID", "not a job id (a UUID): " + id)));
    }

    private static Optional<Reason> reason(String word) {
        return Arrays.stream(Reason.values())
                .filter(each -> word(each).equals(word))
                .findFirst();
    }

    private <T> Route page(
            String name, BiFunction<Optional<String>, Integer, CompletionStage<Page<T>>> list, Function<T, ?> view) {
        return parameterOptional(
                "after",
                after -> parameterOptional("limit", limit -> {
                    Optional<Integer> most = limit.isEmpty() ? Optional.of(USUAL_PAGE) : number(limit.get());
                    return most.isEmpty()
                            ? complete(refused("limit must be 1 to " + JobHistory.MAX_PAGE + ", not " + limit.get()))
                            : completeWithFuture(list.apply(after, most.get())
                                    .thenApply(page -> json(name, page, view))
                                    .exceptionally(HistoryRoutes::failed));
                }));
    }

    private static Optional<Integer> number(String text) {
        try {
            int number = Integer.parseInt(text);
            return number >= 1 && number <= JobHistory.MAX_PAGE ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static <T> HttpResponse json(String name, Page<T> page, Function<T, ?> view) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(name, page.items().stream().map(view).toList());
        page.next().ifPresent(next -> body.put("next", next));
        return Json.response(StatusCodes.OK, body);
    }

    private static HttpResponse failed(Throwable failure) {
        return FailureResponses.cause(failure) instanceof JobHistory.BadCursor bad
                ? refused(String.valueOf(bad.getMessage()))
                : JobRoutes.failed(failure);
    }

    private static HttpResponse refused(String detail) {
        return Problem.of(StatusCodes.BAD_REQUEST, "BAD_REQUEST", detail);
    }
}
