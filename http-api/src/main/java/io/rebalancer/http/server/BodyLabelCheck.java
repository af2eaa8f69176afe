package io.rebalancer.http.server;

import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Refuses requests of API v1 whose body is not labelled as JSON. A browser sends such a body to another site only after
 * that site has agreed, which this API never does. Clients of the legacy APIs label their bodies in any way.
 */
final class BodyLabelCheck implements RequestCheck {
    private static final String API_V1 = "/api/v1/";

    @Override
    public String name() {
        return "content-type";
    }

    @Override
    public Optional<HttpResponse> refusal(HttpRequest request) {
        boolean labelled = request.entity().isKnownEmpty()
                || !request.getUri().path().startsWith(API_V1)
                || request.entity().getContentType().mediaType().equals(MediaTypes.APPLICATION_JSON);
        return labelled
                ? Optional.empty()
                : Optional.of(Problem.of(
                        StatusCodes.UNSUPPORTED_MEDIA_TYPE,
                        "JSON_REQUIRED",
                        "the body must be JSON; send it with the header Content-Type: application/json"));
    }
}
