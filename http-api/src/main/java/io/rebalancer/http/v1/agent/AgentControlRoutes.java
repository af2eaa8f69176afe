package io.rebalancer.http.v1.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.RequestBody;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code GET /api/v1/agent}, and {@code PUT /api/v1/agent/limits} with those limits that shall change. */
public final class AgentControlRoutes extends AllDirectives {
    private final AgentControl control;

    public AgentControlRoutes(AgentControl control) {
        this.control = control;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.segment("api").slash("v1").slash("agent"),
                () -> concat(
                        pathEnd(() ->
                                get(() -> completeWithFuture(control.status().thenApply(AgentControlRoutes::json)))),
                        path(
                                "limits",
                                () -> concat(
                                        get(() -> completeWithFuture(
                                                control.status().thenApply(standing -> json(standing.limits())))),
                                        put(() -> RequestBody.text(this, body -> completeWithFuture(change(body))))))));
    }

    private CompletionStage<HttpResponse> change(String body) {
        return control.status().thenCompose(standing -> {
            CopyLimits limits;
            try {
                limits = changed(standing.limits(), Json.read(body));
            } catch (JsonProcessingException e) {
                return refused("the body is not JSON: " + e.getOriginalMessage());
            } catch (IllegalArgumentException e) {
                return refused(String.valueOf(e.getMessage()));
            }
            return control.choose(limits).thenApply(AgentControlRoutes::json);
        });
    }

    private static CompletionStage<HttpResponse> refused(String detail) {
        return CompletableFuture.completedFuture(
                Problem.of(StatusCodes.BAD_REQUEST, "BAD_REQUEST", detail.replaceAll("\\s+", " ")));
    }

    /** Members that are not named stay; one that is not known is a slip that must not pass for a change. */
    private static CopyLimits changed(CopyLimits now, JsonNode wanted) {
        if (!wanted.isObject() || wanted.isEmpty()) {
            throw new IllegalArgumentException("the body must be an object with the limits to change");
        }
        Map<String, Long> values = new HashMap<>(Map.of(
                "bytesPerSecond",
                now.bytesPerSecond(),
                "bytesPerSecondOfSource",
                now.bytesPerSecondOfSource(),
                "parallelFetches",
                (long) now.parallelFetches(),
                "fetchesOfSource",
                (long) now.fetchesOfSource(),
                "freeSpaceFloorMib",
                now.freeSpaceFloorMib(),
                "fillCeilingPercent",
                (long) now.fillCeilingPercent()));
        Iterator<Map.Entry<String, JsonNode>> members = wanted.fields();
        while (members.hasNext()) {
            Map.Entry<String, JsonNode> member = members.next();
            if (!values.containsKey(member.getKey())) {
                throw new IllegalArgumentException("no such limit: " + member.getKey() + "; there are "
                        + String.join(", ", new TreeSet<>(values.keySet())));
            }
            if (!member.getValue().isIntegralNumber() || !member.getValue().canConvertToLong()) {
                throw new IllegalArgumentException(member.getKey() + " must be a whole number");
            }
            values.put(member.getKey(), member.getValue().longValue());
        }
        return new CopyLimits(
                value(values, "bytesPerSecond"),
                value(values, "bytesPerSecondOfSource"),
                whole(values, "parallelFetches"),
                whole(values, "fetchesOfSource"),
                value(values, "freeSpaceFloorMib"),
                whole(values, "fillCeilingPercent"));
    }

    private static long value(Map<String, Long> values, String name) {
        return values.getOrDefault(name, 0L);
    }

    private static int whole(Map<String, Long> values, String name) {
        long value = value(values, name);
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
    }

    private static HttpResponse json(Object value) {
        return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, Json.write(value));
    }
}
