package io.rebalancer.http.v1.jobs;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.port.ExplainService;
import io.rebalancer.core.port.ExplainService.LookupRefused;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
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
 * Explains what a job does with an object, and what holds a job. A question about an object asks every metadata shard; 503 if
 * too many are in progress.
 *
 * <pre>
 *   GET /api/v1/jobs/ID/why?object=UUID   all records of an object
 *   GET /api/v1/jobs/ID/why?key=KEY       the record with a key
 *   GET /api/v1/jobs/ID/blockers          what holds the job, and its bottleneck; asks no shard
 *   GET /api/v1/jobs/ID/progress          how far and how fast it is, and when its pass ends; asks no shard
 * </pre>
 */
public final class ExplainRoutes extends AllDirectives {
    private final ExplainService explain;

    public ExplainRoutes(ExplainService explain) {
        this.explain = explain;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/jobs"),
                () -> JobIds.pathPrefix(jobId -> concat(
                        path("why", () -> get(() -> why(jobId))),
                        path("blockers", () -> get(() -> blockers(jobId))),
                        path("progress", () -> get(() -> progress(jobId))))));
    }

    private Route why(UUID jobId) {
        return parameterOptional(
                "object",
                object -> parameterOptional("key", key -> {
                    if (object.isPresent() == key.isPresent()) {
                        return complete(
                                Problems.badRequest("give either object, the id of an object, or key, its full key"));
                    }
                    if (key.isPresent()) {
                        return key.get().startsWith("/")
                                ? answer(explain.whyKey(jobId, key.get()))
                                : complete(Problems.badRequest(
                                        "a key begins with a slash: /ACCOUNT-UUID/stor/NAME, not " + key.get()));
                    }
                    Optional<UUID> id = JobIds.parse(object.orElse(""));
                    return id.isPresent()
                            ? answer(explain.whyObject(jobId, id.get()))
                            : complete(Problems.badRequest("not an object id (a UUID): " + object.orElse("")));
                }));
    }

    private Route blockers(UUID jobId) {
        return Problems.complete(explain.blockers(jobId)
                .thenApply(found -> Json.response(StatusCodes.OK, BlockersView.of(jobId, found))));
    }

    private Route progress(UUID jobId) {
        return Problems.complete(explain.progress(jobId)
                .thenApply(found -> Json.response(StatusCodes.OK, ProgressView.of(jobId, found))));
    }

    private static Route answer(CompletionStage<ObjectExplanation> explanation) {
        return Problems.complete(explanation
                .thenApply(found -> Json.response(StatusCodes.OK, ExplanationView.of(found)))
                .exceptionallyCompose(ExplainRoutes::refusal));
    }

    private static CompletionStage<HttpResponse> refusal(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof LookupRefused
                ? CompletableFuture.completedFuture(Problem.of(
                        StatusCodes.SERVICE_UNAVAILABLE, "TOO_MANY_LOOKUPS", OneLine.of(cause) + "; repeat it later"))
                : CompletableFuture.failedFuture(failure);
    }
}
