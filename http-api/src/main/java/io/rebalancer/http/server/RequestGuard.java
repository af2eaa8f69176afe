package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.HttpSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kamon.Kamon;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** The checks that every request to a listener passes before its route, in a fixed order. */
final class RequestGuard {
    private final List<RequestCheck> checks;

    private RequestGuard(List<RequestCheck> checks) {
        this.checks = List.copyOf(checks);
    }

    /** Accepts the tokens of the token file, if there is one. */
    static RequestGuard of(HttpSettings settings) {
        return of(settings, settings.tokens().map(TokenCheck::new));
    }

    /** @param login finds out who sends a request; empty if everyone may send any */
    static RequestGuard of(HttpSettings settings, Optional<? extends RequestCheck> login) {
        List<RequestCheck> checks = new ArrayList<>();
        settings.maxRequestsPerSecond().ifPresent(limit -> checks.add(new RateCheck(limit, System::nanoTime)));
        checks.add(new HostCheck(settings));
        checks.add(new OriginCheck(settings));
        login.ifPresent(checks::add);
        checks.add(new BodyLabelCheck());
        return new RequestGuard(checks);
    }

    /** Passes the requests that meet all rules to {@code inner}, and refuses the others. */
    Route protect(Route inner) {
        return Directives.extractRequest(request -> {
            RequestCheck.Checked checked = check(request);
            return checked.refusal()
                    .<Route>map(Directives::complete)
                    .orElseGet(() -> Directives.mapRequest(same -> checked.request(), () -> inner));
        });
    }

    private RequestCheck.Checked check(HttpRequest request) {
        RequestCheck.Checked checked = new RequestCheck.Checked(request, Optional.empty());
        for (RequestCheck check : checks) {
            checked = check.check(checked.request());
            if (checked.refusal().isPresent()) {
                Kamon.counter("rebalancer.http.refused")
                        .withTag("check", check.name())
                        .increment();
                return checked;
            }
        }
        return checked;
    }
}
