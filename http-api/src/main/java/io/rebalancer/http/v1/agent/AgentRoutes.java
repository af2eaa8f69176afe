package io.rebalancer.http.v1.agent;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.AgentControl.LimitsRefused;
import io.rebalancer.http.server.AgentJson;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The agent of API v1.
 *
 * <pre>
 *   GET /api/v1/agent         status, limits and sources
 *   GET /api/v1/agent/limits  the limits
 *   PUT /api/v1/agent/limits  changes the limits in the body; omitted limits keep their value
 *   PUT /api/v1/agent/gate    {"gate": "OPEN" | "NO_NEW" | "STOPPED"}; 200 when nothing that the gate forbids is in
 *                             progress, else 202: repeat the request
 * </pre>
 */
public final class AgentRoutes extends AllDirectives {
    private final AgentControl control;

    public AgentRoutes(AgentControl control) {
        this.control = control;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/agent"),
                () -> concat(
                        pathEnd(() ->
                                get(() -> completeWithFuture(control.status().thenApply(AgentRoutes::ok)))),
                        path(
                                "limits",
                                () -> concat(
                                        get(() -> completeWithFuture(
                                                control.status().thenApply(status -> ok(status.limits())))),
                                        put(this::changeLimits))),
                        path("gate", () -> put(this::setGate))));
    }

    private Route changeLimits() {
        return RequestBody.parsed(
                AgentJson::parseLimits,
                change -> completeWithFuture(
                        control.change(change).thenApply(AgentRoutes::ok).exceptionallyCompose(AgentRoutes::refusal)));
    }

    private static CompletionStage<HttpResponse> refusal(Throwable failure) {
        return Failures.rootCause(failure) instanceof LimitsRefused refused
                ? CompletableFuture.completedFuture(Problems.of(refused))
                : CompletableFuture.failedFuture(failure);
    }

    private Route setGate() {
        return RequestBody.parsed(
                AgentJson::parseGate,
                gate -> completeWithFuture(control.setGate(gate).thenApply(AgentJson::gateResponse)));
    }

    private static HttpResponse ok(Object view) {
        return Json.response(StatusCodes.OK, view);
    }
}
