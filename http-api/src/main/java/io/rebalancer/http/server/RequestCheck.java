package io.rebalancer.http.server;

import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** A rule that a request must meet before any route sees it. */
interface RequestCheck {

    /** What the metric {@code rebalancer.http.refused} calls the rule. */
    String name();

    /** The response to a request that breaks the rule; empty if the request may pass. */
    Optional<HttpResponse> refusal(HttpRequest request);

    /**
     * What becomes of a request.
     *
     * @param request as the next check, or the route, sees it
     * @param refusal the response if the request may not pass
     */
    record Checked(HttpRequest request, Optional<HttpResponse> refusal) {}

    /** Checks a request. A rule that finds something out about it marks it. */
    default Checked check(HttpRequest request) {
        return new Checked(request, refusal(request));
    }
}
