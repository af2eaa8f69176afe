package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.http.server.FailureResponses;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.JobOrder;
import io.rebalancer.http.server.JobRefusals;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.RequestBody;
import io.rebalancer.http.server.Unavailable;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs under {@code /api/v1}; failures are problem documents with a stable code. */
public final class JobRoutes extends AllDirectives {
    private static final Logger LOGGER = LoggerFactory.getLogger(JobRoutes.class);

    private final JobService jobs;
    private final JobEventsRoute events;

    public JobRoutes(JobService jobs, JobEventsRoute events) {
        this.jobs = jobs;
        this.events = events;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/jobs"),
                () -> concat(
                        pathEnd(() -> post(() -> create())),
                        path(PathMatchers.segment(), id -> get(() -> withId(id, jobId -> complete(view(jobId))))),
                        path(
                                PathMatchers.segment().slash("events"),
                                id -> get(() -> withId(id, jobId -> events.route(jobId))))));
    }

    private Route complete(CompletionStage<HttpResponse> response) {
        return completeWithFuture(response.exceptionally(JobRoutes::failed));
    }

    private Route withId(String text, Function<UUID, Route> inner) {
        Optional<UUID> id = JobIds.parse(text);
        return id.isPresent()
                ? inner.apply(id.get())
                : complete(Problem.of(StatusCodes.BAD_REQUEST, "BAD_JOB_ID", "not a job id (a UUID): " + text));
    }

    private CompletionStage<HttpResponse> view(UUID jobId) {
        return jobs.get(jobId)
                .thenApply(found -> found.map(view ->
                                Json.response(StatusCodes.OK, JobView.of(view.id(), view.revision(), view.state())))
                        .orElseGet(() -> notFound(jobId)));
    }

    public static HttpResponse notFound(UUID jobId) {
        return Problem.of(
                StatusCodes.NOT_FOUND, "JOB_NOT_FOUND", "no job " + jobId + "; GET /api/v1/jobs lists all jobs");
    }

    private Route create() {
        return RequestBody.text(this, body -> {
            JobOrder order;
            try {
                order = JobOrder.v1(body);
            } catch (JobOrder.Malformed e) {
                return complete(Problem.of(StatusCodes.BAD_REQUEST, "BAD_REQUEST", String.valueOf(e.getMessage())));
            }
            return complete(jobs.create(order.leavingNode(), order.maxRecords())
                    .thenApply(id -> Json.response(StatusCodes.CREATED, Map.of("id", id))
                            .addHeader(RawHeader.create("Location", "/api/v1/jobs/" + id))));
        });
    }

    public static HttpResponse failed(Throwable failure) {
        Throwable cause = FailureResponses.cause(failure);
        if (cause instanceof JobRefused refused) {
            return Problem.of(
                    JobRefusals.statusOf(refused.code()), refused.code().name(), String.valueOf(refused.getMessage()));
        }
        LOGGER.warn("a request could not be answered", cause);
        return Problem.of(StatusCodes.SERVICE_UNAVAILABLE, "UNAVAILABLE", Unavailable.detail(cause));
    }
}
