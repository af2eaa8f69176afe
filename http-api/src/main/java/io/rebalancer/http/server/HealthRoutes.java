package io.rebalancer.http.server;

import io.rebalancer.core.port.Readiness;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /health/alive}: the process answers. {@code /health/ready}: it can do its work, or 503 with what it awaits. */
public final class HealthRoutes {

    private HealthRoutes() {}

    public static Route routes(Readiness readiness) {
        return Directives.pathPrefix(
                "health",
                () -> Directives.concat(
                        Directives.path(
                                "alive",
                                () -> Directives.get(() ->
                                        Directives.complete(Json.response(StatusCodes.OK, Map.of("status", "alive"))))),
                        Directives.path(
                                "ready", () -> Directives.get(() -> Directives.completeWithFuture(ready(readiness))))));
    }

    private static CompletionStage<HttpResponse> ready(Readiness readiness) {
        return readiness
                .waitingFor()
                .thenApply(waits -> waits.isEmpty()
                        ? Json.response(StatusCodes.OK, Map.of("status", "ready"))
                        : Json.response(StatusCodes.SERVICE_UNAVAILABLE, new Waiting("waiting", waits))
                                .addHeader(Problem.retryAfter()));
    }

    private record Waiting(String status, List<String> waitingFor) {}
}
