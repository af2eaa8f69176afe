package io.rebalancer.http.v1.plans;

import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.port.PlanService;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.IdempotencyKey;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The plans of API v1. They move nothing.
 *
 * <pre>
 *   GET    /api/v1/plans      all plans that are kept, newest first
 *   POST   /api/v1/plans      begins a plan; 202 with its id
 *   GET    /api/v1/plans/ID   one plan, as far as it is computed
 *   DELETE /api/v1/plans/ID   forgets a plan, and ends it if it is being computed
 * </pre>
 */
public final class PlanRoutes extends AllDirectives {
    private final PlanService plans;
    private final AuditedActions audit;

    /** @param audit records each action */
    public PlanRoutes(PlanService plans, AuditedActions audit) {
        this.plans = plans;
        this.audit = audit;
    }

    /** @param since when the registry of plans started; plans of before are lost */
    private record ListView(Instant since, List<PlanLineView> plans) {
        static ListView of(PlanList list) {
            return new ListView(
                    list.since(), list.plans().stream().map(PlanLineView::of).toList());
        }
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/plans"),
                () -> concat(
                        pathEnd(() -> concat(get(this::list), post(this::create))),
                        path(PathMatchers.segment(), text -> withId(text, this::plan))));
    }

    private Route withId(String text, Function<UUID, Route> route) {
        return JobIds.parse(text)
                .map(route)
                .orElseGet(() -> complete(
                        Problem.of(StatusCodes.BAD_REQUEST, "BAD_PLAN_ID", "not a plan id (a UUID): " + text)));
    }

    private Route plan(UUID id) {
        return concat(
                get(() -> Problems.complete(
                        plans.get(id).thenApply(found -> Json.response(StatusCodes.OK, PlanView.of(found))))),
                delete(() -> delete(id)));
    }

    private Route list() {
        return Problems.complete(plans.list().thenApply(list -> Json.response(StatusCodes.OK, ListView.of(list))));
    }

    private Route create() {
        return RequestBody.parsed(
                CreatePlanRequest::parse,
                request -> IdempotencyKey.id(
                        "plan",
                        id -> audit.as(operator -> Problems.complete(operator.perform(
                                        request.action(),
                                        () -> plans.create(
                                                id.orElseGet(UUID::randomUUID),
                                                request.leavingNodes(),
                                                request.maxObjects(),
                                                request.scenario()),
                                        created -> Outcome.accepted(Map.of("plan", created.toString())))
                                .thenApply(PlanRoutes::created)))));
    }

    private static HttpResponse created(UUID id) {
        return Json.response(StatusCodes.ACCEPTED, Map.of("id", id))
                .addHeader(RawHeader.create("Location", "/api/v1/plans/" + id));
    }

    private Route delete(UUID id) {
        return audit.as(operator -> Problems.complete(operator.perform(Action.deletePlan(id), () -> plans.delete(id))
                .thenApply(deleted -> HttpResponse.create().withStatus(StatusCodes.NO_CONTENT))));
    }
}
