package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateQuery;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * {@code GET /api/v1/jobs/ID/rates?from=&to=&window=&points=}: what a job did over time, in steps of equal length. 404 if there is
 * no such job.
 */
public final class RateRoutes extends AllDirectives {
    private final JobService jobs;
    private final JobHistory history;
    private final Clock clock;

    /** @param clock the end of the history of a job that has not ended */
    public RateRoutes(JobService jobs, JobHistory history, Clock clock) {
        this.jobs = jobs;
        this.history = history;
        this.clock = clock;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/jobs"),
                () -> JobIds.pathPrefix(jobId ->
                        path("rates", () -> get(() -> parameterMap(given -> rates(jobId, given))))));
    }

    private Route rates(UUID jobId, Map<String, String> given) {
        RateQuery query;
        try {
            query = query(given);
        } catch (IllegalArgumentException e) {
            return complete(Problems.badRequest(OneLine.of(e)));
        }
        // The database stores microseconds, so a time from it may be compared with this one.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return Problems.complete(history.rates(jobId, query, now).thenCompose(found -> response(jobId, found, now)));
    }

    /** The tables know a job a moment after it was created, or when a rebuild has come to it. */
    private CompletionStage<HttpResponse> response(UUID jobId, Optional<RateHistory> found, Instant now) {
        return found.map(rates -> CompletableFuture.completedStage(response(jobId, rates)))
                .orElseGet(() -> jobs.get(jobId)
                        .thenApply(job -> job.isPresent()
                                ? response(jobId, RateHistory.empty(now))
                                : Problems.jobNotFound(jobId)));
    }

    private static HttpResponse response(UUID jobId, RateHistory rates) {
        return Json.response(StatusCodes.OK, RatesView.of(jobId, rates));
    }

    /** @throws IllegalArgumentException if a parameter is malformed; the message names it */
    private static RateQuery query(Map<String, String> given) {
        return new RateQuery(
                time(given, "from"),
                time(given, "to"),
                number(given, "window").map(Duration::ofSeconds),
                number(given, "points").orElse(RateQuery.DEFAULT_POINTS));
    }

    private static Optional<Instant> time(Map<String, String> given, String name) {
        String text = given.get(name);
        try {
            return Optional.ofNullable(text).map(Instant::parse);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(name + " must be a time such as 2026-11-28T10:00:00Z, not " + text, e);
        }
    }

    private static Optional<Integer> number(Map<String, String> given, String name) {
        String text = given.get(name);
        try {
            return Optional.ofNullable(text).map(Integer::parseInt);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, not " + text, e);
        }
    }
}
