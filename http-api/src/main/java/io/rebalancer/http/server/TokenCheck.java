package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.AccessTokens;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Refuses requests without a token, except those for the health of the process: a load balancer has no token. */
final class TokenCheck implements RequestCheck {
    private static final String SCHEME = "Bearer ";

    private final AccessTokens tokens;

    TokenCheck(AccessTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public String name() {
        return "token";
    }

    @Override
    public Optional<HttpResponse> refusal(HttpRequest request) {
        if (HealthRoutes.isHealth(request.getUri().path())) {
            return Optional.empty();
        }
        boolean accepted = request.getHeader("Authorization")
                .map(HttpHeader::value)
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> tokens.accepts(value.substring(SCHEME.length()).strip()))
                .orElse(false);
        return accepted
                ? Optional.empty()
                : Optional.of(Problem.of(
                                StatusCodes.UNAUTHORIZED,
                                "TOKEN_REQUIRED",
                                "this listener needs one of the tokens in its token-file, in the header Authorization:"
                                        + " Bearer TOKEN")
                        .addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"rebalancer\"")));
    }
}
