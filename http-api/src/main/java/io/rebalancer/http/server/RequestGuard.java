package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.HttpSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kamon.Kamon;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** The checks that every request to a listener passes before its route, in a fixed order. */
final class RequestGuard {
    private final List<RequestCheck> checks;

    private RequestGuard(List<RequestCheck> checks) {
        this.checks = List.copyOf(checks);
    }

    static RequestGuard of(HttpSettings settings) {
        List<RequestCheck> checks = new ArrayList<>();
        checks.add(new HostCheck(settings));
        checks.add(new OriginCheck(settings));
        settings.tokens().ifPresent(tokens -> checks.add(new TokenCheck(tokens)));
        checks.add(new BodyLabelCheck());
        return new RequestGuard(checks);
    }

    /** Passes the requests that meet all rules to {@code inner}, and refuses the others. */
    Route protect(Route inner) {
        return Directives.extractRequest(
                request -> refusal(request).<Route>map(Directives::complete).orElse(inner));
    }

    private Optional<HttpResponse> refusal(HttpRequest request) {
        for (RequestCheck check : checks) {
            Optional<HttpResponse> refusal = check.refusal(request);
            if (refusal.isPresent()) {
                Kamon.counter("rebalancer.http.refused")
                        .withTag("check", check.name())
                        .increment();
                return refusal;
            }
        }
        return Optional.empty();
    }
}
