package io.rebalancer.http.legacy;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.evacuate.JobState;
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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The older manager's API (manta.md section 2); every body is labelled JSON, as it was, even plain text. */
public final class LegacyJobRoutes extends AllDirectives {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyJobRoutes.class);

    private static final String NOT_RUNNING = "Attempt to update job that is not running";

    private final JobService jobs;
    private final Supplier<LegacySettings> settings;
    private final LegacyMetrics metrics;

    public LegacyJobRoutes(JobService jobs, Supplier<LegacySettings> settings, LegacyMetrics metrics) {
        this.metrics = metrics;
        this.jobs = jobs;
        this.settings = settings;
    }

    public Route routes() {
        return pathPrefix(
                "jobs",
                () -> concat(
                        pathEnd(() -> concat(get(() -> complete(list())), post(() -> create()))),
                        path(
                                PathMatchers.segment(),
                                id -> concat(get(() -> complete(status(id))), put(() -> update(id)))),
                        path(PathMatchers.segment().slash("retry"), id -> post(() -> complete(retry(id))))));
    }

    private Route complete(CompletionStage<HttpResponse> response) {
        return completeWithFuture(response.exceptionally(LegacyJobRoutes::failed));
    }

    private CompletionStage<HttpResponse> list() {
        metrics.request("list_jobs");
        return jobs.list().thenApply(all -> text(StatusCodes.OK, Json.write(LegacyJobViews.entries(all))));
    }

    private Route create() {
        metrics.request("evacuate");
        if (settings.get().snaplinkCleanupRequired()) {
            return complete(text(StatusCodes.INTERNAL_SERVER_ERROR, "Snaplink Cleanup Required"));
        }
        return RequestBody.text(this, body -> {
            JobOrder order;
            try {
                order = JobOrder.legacy(body, settings.get().maxObjectsDefault());
            } catch (JobOrder.Malformed e) {
                return complete(text(StatusCodes.UNPROCESSABLE_ENTITY, e.getMessage() + "\n"));
            }
            return complete(jobs.create(order.leavingNode(), order.maxRecords())
                    .thenApply(id -> text(StatusCodes.OK, id + "\n")));
        });
    }

    /** The body is ignored, as it always was; an unknown job is a 500 here (manta.md 2.1). */
    private CompletionStage<HttpResponse> retry(String id) {
        Optional<UUID> jobId = JobIds.parse(id);
        if (jobId.isEmpty()) {
            return CompletableFuture.completedFuture(text(StatusCodes.INTERNAL_SERVER_ERROR, "Invalid UUID: " + id));
        }
        return jobs.retry(jobId.get())
                .thenApply(created -> text(StatusCodes.OK, created + "\n"))
                .exceptionally(failure -> refusal(failure)
                        .filter(refused -> refused.code() == JobRefused.Code.JOB_NOT_FOUND)
                        .map(refused -> text(
                                StatusCodes.INTERNAL_SERVER_ERROR,
                                "Could not find job with UUID " + jobId.get() + ": " + refused.getMessage()))
                        .orElseGet(() -> failed(failure)));
    }

    /** The checks come in the order of manta.md 2.5: the job first, then the message. */
    private Route update(String id) {
        return RequestBody.text(this, body -> {
            Optional<UUID> jobId = JobIds.parse(id);
            if (jobId.isEmpty()) {
                return complete(text(StatusCodes.BAD_REQUEST, "Invalid UUID \"" + id + "\": not a UUID"));
            }
            return complete(jobs.get(jobId.get())
                    .thenCompose(found -> update(jobId.get(), found.map(JobService.View::state), body)));
        });
    }

    private CompletionStage<HttpResponse> update(UUID jobId, Optional<JobState> job, String body) {
        Optional<HttpResponse> fault = Optional.empty();
        int threads = 0;
        if (job.isEmpty()) {
            fault = Optional.of(text(StatusCodes.BAD_REQUEST, "Could not find job " + jobId));
        } else if (!LegacyJobViews.running(job.get())) {
            fault = Optional.of(text(StatusCodes.BAD_REQUEST, NOT_RUNNING));
        } else {
            try {
                threads = LegacyUpdate.metadataThreads(body);
            } catch (LegacyUpdate.Malformed e) {
                fault = Optional.of(text(e.status(), String.valueOf(e.getMessage())));
            }
        }
        if (fault.isPresent()) {
            return CompletableFuture.completedFuture(fault.get());
        }
        return jobs.setCommitParallelism(jobId, threads)
                .thenApply(done -> text(StatusCodes.OK, ""))
                .exceptionally(failure -> refusal(failure)
                        .filter(refused -> refused.code() == JobRefused.Code.JOB_NOT_RUNNING)
                        .map(refused -> text(StatusCodes.BAD_REQUEST, NOT_RUNNING))
                        .orElseGet(() -> failed(failure)));
    }

    private CompletionStage<HttpResponse> status(String id) {
        metrics.request("get_job");
        Optional<UUID> jobId = JobIds.parse(id);
        if (jobId.isEmpty()) {
            return CompletableFuture.completedFuture(text(StatusCodes.BAD_REQUEST, "Invalid UUID: " + id));
        }
        return jobs.get(jobId.get())
                .thenApply(found -> found.map(
                                view -> text(StatusCodes.OK, Json.write(LegacyJobViews.status(view.state()))))
                        .orElseGet(() -> text(StatusCodes.BAD_REQUEST, "Could not find job UUID: " + jobId.get())));
    }

    private static Optional<JobRefused> refusal(Throwable failure) {
        return FailureResponses.cause(failure) instanceof JobRefused refused ? Optional.of(refused) : Optional.empty();
    }

    private static HttpResponse failed(Throwable failure) {
        Throwable cause = FailureResponses.cause(failure);
        if (cause instanceof JobRefused refused) {
            return text(JobRefusals.statusOf(refused.code()), refused.getMessage() + "\n");
        }
        LOGGER.warn("a legacy request could not be answered", cause);
        return text(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "the manager can't answer now, try again: " + Unavailable.detail(cause) + "\n")
                .addHeader(Problem.retryAfter());
    }

    private static HttpResponse text(StatusCode status, String body) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
