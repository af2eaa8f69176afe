package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationService;
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
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The routes of reconciliation, which compares metadata records with files. Runs find and plan; they change nothing. The routes
 * that act on a plan are reserved: they answer 503 until that is built, so that a client can distinguish a manager without it
 * from a wrong path.
 *
 * <pre>
 *   GET  /api/v1/reconciliation                    whether runs can be ordered, and the counts of the last one
 *   GET  /api/v1/reconciliation/runs               all runs, newest first
 *   POST /api/v1/reconciliation/runs               begins a run; 202 with its id
 *   GET  /api/v1/reconciliation/runs/ID            one run, as far as it is
 *   GET  /api/v1/reconciliation/runs/ID/findings   what it found
 *   POST /api/v1/reconciliation/runs/ID/cancel     ends it
 *   POST /api/v1/reconciliation/runs/ID/act        reserved: carries out the repairs of its findings
 *   POST /api/v1/reconciliation/runs/ID/restore    reserved: brings back what it moved to quarantine
 * </pre>
 */
public final class ReconciliationRoutes extends AllDirectives {
    private static final String RUNS = "/api/v1/reconciliation/runs";

    private final ReconciliationService service;
    private final FindingRoutes findings;
    private final AuditedActions audit;

    /** @param audit records each action */
    public ReconciliationRoutes(ReconciliationService service, AuditedActions audit) {
        this.service = service;
        this.findings = new FindingRoutes(service);
        this.audit = audit;
    }

    /** @param lastRun absent before the first run */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private record StatusView(boolean enabled, Optional<RunLineView> lastRun) {}

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/reconciliation"),
                () -> concat(
                        pathEnd(() -> get(this::status)),
                        pathPrefix(
                                "runs",
                                () -> concat(
                                        pathEnd(() -> concat(get(this::list), post(this::begin))),
                                        path(PathMatchers.segment(), text -> get(() -> withId(text, this::show))),
                                        ofRun("findings", text -> get(() -> withId(text, findings::list))),
                                        ofRun("cancel", text -> post(() -> withId(text, this::cancel))),
                                        ofRun("act", text -> post(this::notBuilt)),
                                        ofRun("restore", text -> post(this::notBuilt))))));
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

    private static HttpResponse begun(UUID id) {
        return Json.response(StatusCodes.ACCEPTED, Map.of("id", id))
                .addHeader(RawHeader.create("Location", RUNS + "/" + id));
    }

    private Route show(UUID id) {
        return Problems.complete(service.get(id)
                .thenApply(found -> found.orElseThrow(() -> FindingRoutes.notFound(id)))
                .thenApply(view -> Json.response(StatusCodes.OK, RunView.of(view))));
    }

    private Route cancel(UUID id) {
        return audit.as(operator -> Problems.complete(operator.perform(
                        Action.on("reconciliation.cancel", id.toString()), () -> service.cancel(id, operator.name()))
                .thenApply(view -> Json.response(StatusCodes.OK, RunView.of(view)))));
    }

    private Route notBuilt() {
        HttpResponse response = Problem.of(
                StatusCodes.SERVICE_UNAVAILABLE,
                "RECONCILIATION_NOT_BUILT",
                "this version of the manager compares records with files and plans repairs, but carries none out; nothing was"
                        + " read or changed. Look into CHANGELOG.md of later versions; GET " + RUNS
                        + "/ID/findings lists what a run found");
        return complete(response);
    }
}
