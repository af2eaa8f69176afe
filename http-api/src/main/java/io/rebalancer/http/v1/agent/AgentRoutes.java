package io.rebalancer.http.v1.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import io.rebalancer.http.server.StrictJson;
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
                                        put(this::changeLimits)))));
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
