package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.port.ReconciliationService.View;
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
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The routes of reconciliation, which compares metadata records with files. Runs find and plan, and change nothing unless they
 * carry out a plan.
 *
 * <pre>
 *   GET  /api/v1/reconciliation                    whether runs can be ordered, and the counts of the last one
 *   GET  /api/v1/reconciliation/schedule           when runs begin without an order
 *   GET  /api/v1/reconciliation/runs               all runs, newest first
 *   POST /api/v1/reconciliation/runs               begins a run; 202 with its id
 *   GET  /api/v1/reconciliation/runs/ID            one run, as far as it is
 *   GET  /api/v1/reconciliation/runs/ID/findings   what it found
 *   POST /api/v1/reconciliation/runs/ID/cancel     ends it
 *   POST /api/v1/reconciliation/runs/ID/act        carries out its plan; 202 with the id of another run
 *        /api/v1/reconciliation/quarantine/...     what runs and assignments moved aside
 * </pre>
 */
public final class ReconciliationRoutes extends AllDirectives {
    static final String RUNS = "/api/v1/reconciliation/runs";

    private final ReconciliationService service;
    private final FindingRoutes findings;
    private final PlanActRoutes plans;
    private final QuarantineRoutes quarantine;
    private final AuditedActions audit;
    private final Clock clock;

    /** @param audit records each action */
    public ReconciliationRoutes(ReconciliationService service, AuditedActions audit, Clock clock) {
        this.service = service;
        this.findings = new FindingRoutes(service);
        this.plans = new PlanActRoutes(service, audit);
        this.quarantine = new QuarantineRoutes(service, audit);
        this.audit = audit;
        this.clock = clock;
    }

    /** @param lastRun absent before the first run */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private record StatusView(boolean enabled, Optional<RunLineView> lastRun) {}

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/reconciliation"),
                () -> concat(
                        pathEnd(() -> get(this::status)),
                        path("schedule", () -> get(this::schedule)),
                        pathPrefix(
                                "runs",
                                () -> concat(
                                        pathEnd(() -> concat(get(this::list), post(this::begin))),
                                        path(PathMatchers.segment(), text -> get(() -> withId(text, this::show))),
                                        ofRun("findings", text -> get(() -> withId(text, findings::list))),
                                        ofRun("cancel", text -> post(() -> withId(text, this::cancel))),
                                        ofRun("act", text -> post(() -> withId(text, plans::act))))),
                        pathPrefix("quarantine", quarantine::routes)));
    }

    private Route ofRun(String word, Function<String, Route> inner) {
        return path(PathMatchers.segment().slash(word), inner);
    }

    private Route withId(String text, Function<UUID, Route> inner) {
        return JobIds.parse(text)
                .map(inner)
                .orElseGet(() ->
                        complete(Problem.of(StatusCodes.BAD_REQUEST, "BAD_RUN_ID", "not a run id (a UUID): " + text)));
    }

    private Route status() {
        return Problems.complete(service.runs(ListOrder.NEWEST, Optional.empty(), 1)
                .thenApply(page -> Json.response(
                        StatusCodes.OK,
                        new StatusView(
                                service.isEnabled(),
                                page.items().stream().findFirst().map(RunLineView::nameless)))));
    }

    private Route schedule() {
        return Problems.complete(
                service.schedule().thenApply(found -> Json.response(StatusCodes.OK, ScheduleView.of(found))));
    }

    private Route list() {
        return Paging.page("runs", ListOrder.NEWEST, service::runs, RunLineView::of);
    }

    private Route begin() {
        return RequestBody.parsed(
                NewRunRequest::parse,
                request -> IdempotencyKey.id(
                        "reconciliation-run",
                        id -> audit.as(operator -> Problems.complete(operator.perform(
                                        request.action(),
                                        () -> service.begin(
                                                request.order(id.orElseGet(UUID::randomUUID), operator.name())),
                                        begun -> Outcome.accepted(Map.of("run", begun.toString())))
                                .thenApply(ReconciliationRoutes::begun)))));
    }

    /** The answer to an order that begins a run. */
    static HttpResponse begun(UUID id) {
        return Json.response(StatusCodes.ACCEPTED, Map.of("id", id))
                .addHeader(RawHeader.create("Location", RUNS + "/" + id));
    }

    private Route show(UUID id) {
        return Problems.complete(service.get(id)
                .thenApply(found -> found.orElseThrow(() -> FindingRoutes.notFound(id)))
                .thenApply(this::view));
    }

    private Route cancel(UUID id) {
        return audit.as(operator -> Problems.complete(operator.perform(
                        Action.on("reconciliation.cancel", id.toString()), () -> service.cancel(id, operator.name()))
                .thenApply(this::view)));
    }

    private HttpResponse view(View view) {
        return Json.response(StatusCodes.OK, RunView.of(view, clock.instant()));
    }
}
