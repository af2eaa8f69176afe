package io.rebalancer.http.v1.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import io.rebalancer.http.server.StrictJson;
import java.util.Arrays;
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
                AgentRoutes::parseChanges,
                changes -> completeWithFuture(
                        control.status().thenCompose(status -> changeLimits(status.limits(), changes))));
    }

    private CompletionStage<HttpResponse> changeLimits(CopyLimits current, JsonNode changes) {
        CopyLimits limits;
        try {
            limits = StrictJson.merge(current, changes, CopyLimits.class);
            limits.requireUsableChange(current);
        } catch (MalformedBody | IllegalArgumentException e) {
            return CompletableFuture.completedFuture(Problems.badRequest(OneLine.of(e)));
        }
        return control.choose(limits).thenApply(AgentRoutes::ok);
    }

    private Route setGate() {
        return RequestBody.parsed(
                AgentRoutes::parseGate,
                gate -> completeWithFuture(control.setGate(gate).thenApply(AgentRoutes::gateResponse)));
    }

    private static CopyGate parseGate(String body) throws MalformedBody {
        String text = JsonFields.object(body).path("gate").asText();
        return Arrays.stream(CopyGate.values())
                .filter(gate -> gate.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new MalformedBody("gate must be OPEN, NO_NEW or STOPPED"));
    }

    private static HttpResponse gateResponse(AgentControl.GateStatus status) {
        return Json.response(status.acknowledged() ? StatusCodes.OK : StatusCodes.ACCEPTED, status);
    }

    private static JsonNode parseChanges(String body) throws MalformedBody {
        JsonNode changes = JsonFields.object(body);
        if (changes.isEmpty()) {
            throw new MalformedBody("the body must be an object with the limits to change");
        }
        return changes;
    }

    private static HttpResponse ok(Object view) {
        return Json.response(StatusCodes.OK, view);
    }
}
