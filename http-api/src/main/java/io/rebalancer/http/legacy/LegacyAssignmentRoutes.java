package io.rebalancer.http.legacy;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.port.AssignmentService;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The legacy agent's API (manta.md section 3). */
public final class LegacyAssignmentRoutes extends AllDirectives {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyAssignmentRoutes.class);

    private final AssignmentService assignments;
    private final LegacyMetrics metrics;

    public LegacyAssignmentRoutes(AssignmentService assignments, LegacyMetrics metrics) {
        this.metrics = metrics;
        this.assignments = assignments;
    }

    public Route routes() {
        return pathPrefix(
                "assignments",
                () -> concat(
                        pathEnd(() -> post(this::accept)),
                        path(
                                PathMatchers.segment(),
                                id -> concat(get(() -> respond(find(id))), delete(() -> respond(remove(id)))))));
    }

    private Route accept() {
        metrics.request("POST");
        return RequestBody.assignment(body -> {
            Optional<LegacyAssignmentReader.Payload> payload;
            try {
                payload = LegacyAssignmentReader.read(body, assignments.maxTasks());
            } catch (MalformedBody e) {
                metrics.error("decode", 1);
                return complete(Problems.badRequest(OneLine.of(e)));
            }
            if (payload.isEmpty()) {
                metrics.error("decode", 1);
                return complete(empty(StatusCodes.BAD_REQUEST));
            }
            return respond(accept(payload.get()));
        });
    }

    private CompletionStage<HttpResponse> accept(LegacyAssignmentReader.Payload payload) {
        return assignments.accept(payload.id(), payload.tasks()).thenApply(acceptance -> switch (acceptance.result()) {
            case ACCEPTED -> text(StatusCodes.OK, Json.write(payload.id()));
            case EXISTS -> {
                metrics.error("conflict", 1);
                yield empty(StatusCodes.CONFLICT);
            }
            case BUSY ->
                acceptance.reason().isEmpty()
                        ? empty(StatusCodes.SERVICE_UNAVAILABLE)
                        : Problem.of(StatusCodes.SERVICE_UNAVAILABLE, "AGENT_BUSY", acceptance.reason());
        });
    }

    private CompletionStage<HttpResponse> find(String text) {
        metrics.request("GET");
        Optional<UUID> id = LegacyUuids.parse(text);
        if (id.isEmpty()) {
            return malformed("get", text);
        }
        return assignments
                .find(id.get())
                .thenApply(found -> found.map(each -> text(
                                StatusCodes.OK,
                                LegacyAssignmentJson.status(each).toString()))
                        .orElseGet(() -> empty(StatusCodes.NOT_FOUND)));
    }

    private CompletionStage<HttpResponse> remove(String text) {
        Optional<UUID> id = LegacyUuids.parse(text);
        if (id.isEmpty()) {
            return malformed("delete", text);
        }
        return assignments.delete(id.get()).thenApply(deletion -> switch (deletion) {
            case DELETED -> empty(StatusCodes.OK);
            case UNKNOWN -> empty(StatusCodes.NOT_FOUND);
            case NOT_COMPLETE ->
                text(StatusCodes.FORBIDDEN, "Attempt to remove scheduled assignment: " + id.get() + ".");
        });
    }

    private Route respond(CompletionStage<HttpResponse> response) {
        return completeWithFuture(response.exceptionally(failure -> {
            LOGGER.warn("request to the legacy assignment API failed; the client gets 500", failure);
            return empty(StatusCodes.INTERNAL_SERVER_ERROR);
        }));
    }

    private static CompletionStage<HttpResponse> malformed(String verb, String text) {
        return CompletableFuture.completedFuture(
                text(StatusCodes.BAD_REQUEST, "Mal-formed " + verb + " request: not a UUID: " + text));
    }

    private static HttpResponse empty(StatusCode status) {
        return HttpResponse.create().withStatus(status);
    }

    private static HttpResponse text(StatusCode status, String body) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
