package io.rebalancer.http.v1.jobs;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.IdempotencyKey;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The jobs of API v1. Failures are problem documents with a stable code.
 *
 * <pre>
 *   GET   /api/v1/jobs                        jobs, newest first, page by page, see {@link JobListRoute}
 *   POST  /api/v1/jobs                        creates a job, see {@link JobCreation}
 *   GET   /api/v1/jobs/ID                     one job
 *   GET   /api/v1/jobs/ID/exceptions?reason=  records that stay on the leaving node, page by page
 *   GET   /api/v1/jobs/ID/exceptions/export?format=jsonl|csv&reason=  all of them as one file
 *   GET   /api/v1/jobs/ID/orphans             copies that may stay on storage nodes, see {@link OrphanRoutes}
 *   GET   /api/v1/jobs/ID/rates               what the job did over time, see {@link RateRoutes}
 *   GET   /api/v1/jobs/ID/events              server-sent events, see {@link JobEventsRoute}
 *   POST  /api/v1/jobs/ID/retry               creates a job for the node of an ended job, or for some of its exceptions;
 *                                             with reasons and a job that runs: its next pass retries them, 202
 *   POST  /api/v1/jobs/ID/pause               stops all writes of a job; 202 until every agent has confirmed
 *   POST  /api/v1/jobs/ID/resume              lets a paused job continue
 *   POST  /api/v1/jobs/ID/cancel              ends a job for good; 202 until every agent has acknowledged
 *   PATCH /api/v1/jobs/ID/tuning              changes the commit parallelism; see {@code v1.settings} for all settings
 * </pre>
 */
public final class JobRoutes extends AllDirectives {
    private final JobService jobs;
    private final JobCreation creation;
    private final JobHistory history;
    private final JobEventsRoute events;
    private final AuditedActions audit;

    /** @param audit records each action */
    public JobRoutes(
            JobService jobs, JobCreation creation, JobHistory history, JobEventsRoute events, AuditedActions audit) {
        this.jobs = jobs;
        this.creation = creation;
        this.history = history;
        this.events = events;
        this.audit = audit;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/jobs"),
                () -> concat(
                        pathEnd(() -> concat(get(() -> new JobListRoute(history).route()), post(this::create))),
                        JobIds.pathPrefix(this::job)));
    }

    private Route job(UUID jobId) {
        return concat(
                pathEnd(() -> get(() -> Problems.complete(find(jobId)))),
                path("exceptions", () -> get(() -> listExceptions(jobId))),
                path(PathMatchers.separateOnSlashes("exceptions/export"), () -> get(() -> exportExceptions(jobId))),
                path("orphans", () -> get(() -> OrphanRoutes.page(history, Optional.of(jobId)))),
                path("events", () -> get(() -> events.route(jobId))),
                path("retry", () -> post(() -> retry(jobId))),
                path(
                        "pause",
                        () -> post(() -> order(Action.pauseJob(jobId), () -> jobs.pause(jobId), JobPhase.PAUSED))),
                path("resume", () -> post(() -> resume(jobId))),
                path(
                        "cancel",
                        () -> post(() -> order(Action.cancelJob(jobId), () -> jobs.cancel(jobId), JobPhase.CANCELLED))),
                path("tuning", () -> patch(() -> tune(jobId))));
    }

    private Route create() {
        return RequestBody.parsed(
                CreateJobRequest::parse,
                request -> IdempotencyKey.id(
                        "job",
                        id -> extractRequest(http -> audit.as(operator -> Problems.complete(operator.perform(
                                        request.action(),
                                        () -> creation.create(request, id, ClientAddress.of(http)),
                                        JobCreation.Result::outcome)
                                .thenApply(JobCreation.Result::response)
                                .exceptionally(JobRoutes::keyReused))))));
    }

    private static HttpResponse keyReused(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof JobCreation.KeyReused
                ? Problem.of(StatusCodes.UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED", OneLine.of(cause))
                : Problems.of(failure);
    }

    private Route retry(UUID jobId) {
        return RequestBody.parsed(
                RetryRequest::parse,
                request -> audit.as(operator -> Problems.complete(operator.perform(
                                Action.retryJob(jobId, request.reasons()),
                                () -> request.reasons().isEmpty()
                                        ? jobs.retry(jobId).thenApply(JobService.NewJob::new)
                                        : jobs.retry(jobId, request.reasons()),
                                JobRoutes::outcome)
                        .thenApply(JobRoutes::response))));
    }

    private static Outcome outcome(JobService.Retry retry) {
        return retry instanceof JobService.NewJob created ? Outcome.created(created.id()) : Outcome.accepted(Map.of());
    }

    private static HttpResponse response(JobService.Retry retry) {
        if (retry instanceof JobService.NextPass next) {
            return Json.response(StatusCodes.ACCEPTED, JobView.of(next.job()));
        }
        UUID id = ((JobService.NewJob) retry).id();
        return Json.response(StatusCodes.CREATED, Map.of("id", id))
                .addHeader(RawHeader.create("Location", "/api/v1/jobs/" + id));
    }

    private CompletionStage<HttpResponse> find(UUID jobId) {
        return jobs.get(jobId)
                .thenApply(found -> found.map(view -> Json.response(StatusCodes.OK, JobView.of(view)))
                        .orElseGet(() -> Problems.jobNotFound(jobId)));
    }

    /** @param reached the phase in which the order is carried out; 202 in any other */
    private Route order(Action action, Supplier<CompletionStage<JobService.View>> ordered, JobPhase reached) {
        return audit.as(operator -> Problems.complete(operator.perform(action, ordered)
                .thenApply(view -> Json.response(
                        view.state().phase() == reached ? StatusCodes.OK : StatusCodes.ACCEPTED, JobView.of(view)))));
    }

    private Route resume(UUID jobId) {
        return audit.as(operator ->
                Problems.complete(operator.perform(Action.resumeJob(jobId), () -> jobs.resume(jobId))
                        .thenApply(view -> Json.response(StatusCodes.OK, JobView.of(view)))));
    }

    private Route tune(UUID jobId) {
        return RequestBody.parsed(
                TuningView::parse,
                tuning -> audit.as(operator -> Problems.complete(operator.perform(
                                Action.tuneJob(jobId, tuning.commitParallelism()),
                                () -> jobs.changeSettings(jobId, tuning.change(), operator.name()))
                        .thenApply(done -> Json.response(StatusCodes.OK, tuning)))));
    }

    private Route listExceptions(UUID jobId) {
        return withReason(reason -> Paging.page(
                "exceptions",
                ListOrder.OLDEST,
                (order, after, limit) -> history.exceptions(jobId, reason, order, after, limit),
                ExceptionView::of));
    }

    private Route exportExceptions(UUID jobId) {
        return withReason(reason -> parameterOptional("format", word -> {
            Optional<ExceptionFormat> format = ExceptionFormat.parse(word.orElse("jsonl"));
            return format.isEmpty()
                    ? complete(
                            Problems.badRequest("no such format: " + word.orElse("") + "; the formats are jsonl, csv"))
                    : Problems.complete(
                            new ExceptionExport(history, JobHistory.MAX_PAGE).response(jobId, reason, format.get()));
        }));
    }

    private Route withReason(Function<Optional<Reason>, Route> inner) {
        return parameterOptional("reason", word -> {
            Optional<Reason> reason = word.flatMap(RetryRequest::find);
            if (word.isPresent() && reason.isEmpty()) {
                return complete(Problems.badRequest(
                        "no such reason: " + word.get() + "; the reasons are " + RetryRequest.words()));
            }
            return inner.apply(reason);
        });
    }
}
