package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.AccessTokens;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Refuses requests without a token, except those for the health of the process: a load balancer has no token. */
final class TokenCheck implements RequestCheck {
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
        boolean accepted = BearerToken.of(request).map(tokens::accepts).orElse(false);
        return accepted
                ? Optional.empty()
                : Optional.of(BearerToken.refused(
                        LoginRefusal.TOKEN_REQUIRED,
                        "this listener needs one of the tokens in its token-file, in the header Authorization:"
                                + " Bearer TOKEN"));
    }
}
