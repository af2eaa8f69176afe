package io.rebalancer.http.v1.reconciliation;

import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.IdempotencyKey;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code POST /api/v1/reconciliation/runs/ID/act}: the only order of reconciliation that changes files and records. */
final class PlanActRoutes {
    private final ReconciliationService service;
    private final AuditedActions audit;

    PlanActRoutes(ReconciliationService service, AuditedActions audit) {
        this.service = service;
        this.audit = audit;
    }

    /** Begins a run that carries out a plan. */
    Route act(UUID planId) {
        return RequestBody.parsed(
                ActRequest::parse,
                request -> request.confirmed() ? act(planId, request) : unconfirmed(planId, request));
    }

    private static Route unconfirmed(UUID planId, ActRequest request) {
        return Directives.complete(Problem.of(
                StatusCodes.BAD_REQUEST,
                "CONFIRMATION_REQUIRED",
                "nothing was changed. Acting on the plan " + planId + " looks at each planned repair again on "
                        + request.place() + ", and " + request.effect() + ". GET " + ReconciliationRoutes.RUNS + "/"
                        + planId + " has the counts; send \"confirm\": true to do it"));
    }

    private Route act(UUID planId, ActRequest request) {
        return IdempotencyKey.id(
                "reconciliation-act",
                id -> audit.as(operator -> Problems.complete(operator.perform(
                                request.action(planId),
                                () -> service.act(
                                        request.order(id.orElseGet(UUID::randomUUID), planId, operator.name())),
                                begun -> Outcome.accepted(Map.of("run", begun.toString())))
                        .thenApply(ReconciliationRoutes::begun))));
    }
}
