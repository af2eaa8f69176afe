package io.rebalancer.http.server;

import io.rebalancer.core.port.Readiness;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * {@code /health/alive} replies 200 while the process runs. {@code /health/ready} replies 200 when the process can work,
 * and otherwise 503 with the conditions that it waits for.
 */
public final class HealthRoutes {

    private static final Set<String> PATHS = Set.of("/health/alive", "/health/ready");

    private HealthRoutes() {}

    static boolean isHealth(String path) {
        return PATHS.contains(path);
    }

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
                .thenApply(conditions -> conditions.isEmpty()
                        ? Json.response(StatusCodes.OK, Map.of("status", "ready"))
                        : Json.response(StatusCodes.SERVICE_UNAVAILABLE, new Waiting("waiting", conditions))
                                .addHeader(Problem.retryAfter()));
    }

    private record Waiting(String status, List<String> waitingFor) {}
}
