package io.rebalancer.http.legacy;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.Operator;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
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

/**
 * The legacy manager's API (manta.md section 2). Every body is labelled JSON, even plain text, as clients expect. A client of
 * generation N gets its own form of the same replies ({@link DropshotForm}).
 */
public final class LegacyJobRoutes extends AllDirectives {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyJobRoutes.class);

    private static final String NOT_RUNNING = "Attempt to update job that is not running";

    private final JobService jobs;
    private final Supplier<LegacySettings> settings;
    private final LegacyMetrics metrics;
    private final AuditedActions audit;

    /** @param audit records each action */
    public LegacyJobRoutes(
            JobService jobs, Supplier<LegacySettings> settings, LegacyMetrics metrics, AuditedActions audit) {
        this.metrics = metrics;
        this.audit = audit;
        this.jobs = jobs;
        this.settings = settings;
    }

    public Route routes() {
        return optionalHeaderValueByName(
                DropshotForm.HEADER,
                version -> version.isPresent() ? mapResponse(DropshotForm::of, this::jobRoutes) : jobRoutes());
    }

    private Route jobRoutes() {
        return pathPrefix(
                "jobs",
                () -> concat(
                        pathEnd(() -> concat(get(() -> complete(list())), post(() -> create()))),
                        path(
                                PathMatchers.segment(),
                                id -> concat(
                                        get(() -> complete(status(id))),
                                        put(() -> audit.as(operator -> update(operator, id))))),
                        path(
                                PathMatchers.segment().slash("retry"),
                                id -> post(() -> audit.as(operator -> complete(retry(operator, id)))))));
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
        return RequestBody.text(body -> {
            LegacyJobOrder order;
            try {
                order = LegacyJobOrder.parse(body, settings.get().maxObjectsDefault());
            } catch (MalformedBody e) {
                return complete(text(StatusCodes.UNPROCESSABLE_ENTITY, e.getMessage() + "\n"));
            }
            return audit.as(operator -> complete(operator.perform(
                            Action.createJob(order.fromShark(), order.maxObjects()),
                            () -> jobs.create(order.fromShark(), order.maxObjects()),
                            Outcome::created)
                    .thenApply(id -> text(StatusCodes.OK, id + "\n"))));
        });
    }

    /** Ignores the body, and replies 500 for an unknown job, as the legacy manager does (manta.md 2.1). */
    private CompletionStage<HttpResponse> retry(Operator operator, String id) {
        Optional<UUID> jobId = JobIds.parse(id);
        if (jobId.isEmpty()) {
            return CompletableFuture.completedFuture(text(StatusCodes.INTERNAL_SERVER_ERROR, "Invalid UUID: " + id));
        }
        return operator.perform(Action.retryJob(jobId.get()), () -> jobs.retry(jobId.get()), Outcome::created)
                .thenApply(created -> text(StatusCodes.OK, created + "\n"))
                .exceptionally(failure -> refusal(failure)
                        .filter(refused -> refused.code() == JobRefused.Code.JOB_NOT_FOUND)
                        .map(refused -> text(
                                StatusCodes.INTERNAL_SERVER_ERROR,
                                "Could not find job with UUID " + jobId.get() + ": " + refused.getMessage()))
                        .orElseGet(() -> failed(failure)));
    }

    /** Checks the job first and then the message, in the order of manta.md 2.5. */
    private Route update(Operator operator, String id) {
        return RequestBody.text(body -> {
            Optional<UUID> jobId = JobIds.parse(id);
            if (jobId.isEmpty()) {
                return complete(text(StatusCodes.BAD_REQUEST, "Invalid UUID \"" + id + "\": not a UUID"));
            }
            return complete(jobs.get(jobId.get())
                    .thenCompose(found -> update(operator, jobId.get(), found.map(JobService.View::state), body)));
        });
    }

    private CompletionStage<HttpResponse> update(Operator operator, UUID jobId, Optional<JobOutline> job, String body) {
        Optional<HttpResponse> error = Optional.empty();
        int threads = 0;
        if (job.isEmpty()) {
            error = Optional.of(text(StatusCodes.BAD_REQUEST, "Could not find job " + jobId));
        } else if (!LegacyJobViews.isRunning(job.get())) {
            error = Optional.of(text(StatusCodes.BAD_REQUEST, NOT_RUNNING));
        } else {
            try {
                threads = LegacyUpdate.metadataThreads(body);
            } catch (LegacyUpdate.Malformed e) {
                error = Optional.of(text(e.status(), String.valueOf(e.getMessage())));
            }
        }
        if (error.isPresent()) {
            return CompletableFuture.completedFuture(error.get());
        }
        int chosen = threads;
        SettingsChange change = SettingsChange.of(SettingName.COMMIT_PARALLELISM, chosen);
        return operator.perform(
                        Action.tuneJob(jobId, chosen), () -> jobs.changeSettings(jobId, change, operator.name()))
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
        return Failures.rootCause(failure) instanceof JobRefused refused ? Optional.of(refused) : Optional.empty();
    }

    private static HttpResponse failed(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        if (cause instanceof JobRefused refused) {
            return text(Problems.statusOf(refused.code()), refused.getMessage() + "\n");
        }
        LOGGER.warn("request to the legacy API failed; the client gets 503 and may repeat it", cause);
        return text(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "the manager can't process the request now, try again: " + Problems.reasonUnavailable(cause)
                                + "\n")
                .addHeader(Problem.retryAfter());
    }

    private static HttpResponse text(StatusCode status, String body) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
