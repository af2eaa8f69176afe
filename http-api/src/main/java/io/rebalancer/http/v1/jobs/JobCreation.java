package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.PlanService;
import io.rebalancer.core.port.PreflightService;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.PreflightVerdict;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator;
import io.rebalancer.http.server.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates a job if the checks before it allow that, or if the operator waives those that failed. */
public final class JobCreation {
    private static final Logger LOGGER = LoggerFactory.getLogger(JobCreation.class);

    private static final String REFUSED = "PREFLIGHT_FAILED";

    private final JobService jobs;
    private final PreflightService preflight;
    private final PlanService plans;

    public JobCreation(JobService jobs, PreflightService preflight, PlanService plans) {
        this.jobs = jobs;
        this.preflight = preflight;
        this.plans = plans;
    }

    /**
     * What became of a request to create a job.
     *
     * @param id the job; empty if a check refused it
     */
    record Result(CreateJobRequest request, PreflightVerdict verdict, Optional<UUID> id) {

        /** 201 with the id of the job, and the checks that did not pass; 409 with all checks if one failed and is not waived. */
        HttpResponse response() {
            return id.map(job -> created(job, verdict)).orElseGet(() -> refusal(request, verdict));
        }

        /** As the audit log records it. */
        Operator.Outcome outcome() {
            return id.map(Operator.Outcome::created).orElseGet(() -> Operator.Outcome.refused(REFUSED));
        }
    }

    /**
     * Creates a job, unless an earlier request with the same id did.
     *
     * @param id of the job; empty for a new one
     * @param client where the request came from
     * @return fails with {@link PlanService.PlanRefused} if the job is not that of its plan, and with {@link KeyReused} if the job
     *     with the id is not that of the request
     */
    CompletionStage<Result> create(CreateJobRequest request, Optional<UUID> id, String client) {
        return earlier(request, id)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found.get())
                        : createNew(request, id, client));
    }

    /** The request is not that for which its key was used before. */
    static final class KeyReused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KeyReused(UUID job) {
            super(
                    "with this Idempotency-Key job " + job
                            + " was created, for another node or another limit; take a new key" + " for another job",
                    null,
                    false,
                    false);
        }
    }

    private CompletionStage<Optional<Result>> earlier(CreateJobRequest request, Optional<UUID> id) {
        if (id.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return jobs.get(id.get())
                .thenApply(found -> found.flatMap(view -> view.state().order()).map(order -> {
                    if (!request.isOf(order)) {
                        throw new KeyReused(id.get());
                    }
                    return new Result(request, PreflightVerdict.of(List.of(), Set.of()), id);
                }));
    }

    private CompletionStage<Result> createNew(CreateJobRequest request, Optional<UUID> id, String client) {
        CompletionStage<Void> inAccord = request.plan()
                .map(plan -> plans.check(plan, request.leavingNode(), request.maxObjects()))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
        return inAccord.thenCompose(checked -> preflight.check(request.leavingNode()))
                .thenCompose(results -> {
                    PreflightVerdict verdict = PreflightVerdict.of(results, request.force());
                    return verdict.allowsJob()
                            ? create(request, verdict, id.orElseGet(UUID::randomUUID), client)
                            : earlier(request, id)
                                    .thenApply(found ->
                                            found.orElseGet(() -> new Result(request, verdict, Optional.empty())));
                });
    }

    private CompletionStage<Result> create(
            CreateJobRequest request, PreflightVerdict verdict, UUID jobId, String client) {
        return jobs.create(jobId, request.leavingNode(), request.maxObjects()).thenApply(id -> {
            if (!verdict.waived().isEmpty()) {
                logWaiver(id, request.leavingNode(), verdict, client);
            }
            return new Result(request, verdict, Optional.of(id));
        });
    }

    /** The audit log records what the request waives; this line, why that was needed. */
    private static void logWaiver(UUID job, String node, PreflightVerdict verdict, String client) {
        LOGGER.warn(
                "job={} node={} was created although checks failed; the client at {} waived {}: {}",
                job,
                node,
                client,
                words(verdict),
                verdict.results().stream()
                        .filter(each -> verdict.waived().contains(each.name()))
                        .map(each -> each.name().word() + ": " + each.detail())
                        .collect(Collectors.joining("; ")));
    }

    private static String words(PreflightVerdict verdict) {
        return verdict.waived().stream().map(CheckName::word).collect(Collectors.joining(", "));
    }

    private static HttpResponse created(UUID id, PreflightVerdict verdict) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        if (!verdict.notPassed().isEmpty()) {
            body.put("checks", CheckView.all(verdict.notPassed()));
        }
        return Json.response(StatusCodes.CREATED, body).addHeader(RawHeader.create("Location", "/api/v1/jobs/" + id));
    }

    private static HttpResponse refusal(CreateJobRequest request, PreflightVerdict verdict) {
        return Problem.of(
                StatusCodes.CONFLICT,
                REFUSED,
                "no job was created for " + request.leavingNode()
                        + "; remove the causes, or name the checks that may be" + " waived in force; failed: "
                        + verdict.refusal(),
                Map.of("checks", CheckView.all(verdict.results())));
    }
}
