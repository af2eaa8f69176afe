package io.rebalancer.http.v1.tokens;

import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.port.TokenDirectory;
import io.rebalancer.core.port.TokenService;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import io.rebalancer.http.server.TokenSecret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The tokens of API v1, for administrators.
 *
 * <pre>
 *   GET    /api/v1/tokens            all tokens, oldest first, without their secrets
 *   POST   /api/v1/tokens            issues a token; only this answer has its secret
 *   POST   /api/v1/tokens/bootstrap  issues the first token of an administrator
 *   DELETE /api/v1/tokens/ID         revokes a token
 * </pre>
 */
public final class TokenRoutes extends AllDirectives {
    private static final String BOOTSTRAP = "bootstrap";
    private static final String NOT_FOUND = "TOKEN_NOT_FOUND";
    private static final String FIRST_NAME = "admin";
    private static final int FIRST_DAYS = 365;

    private final TokenService tokens;
    private final TokenDirectory directory;
    private final AuditedActions audit;
    private final Clock clock;

    /** @param audit records each action */
    public TokenRoutes(TokenService tokens, TokenDirectory directory, AuditedActions audit, Clock clock) {
        this.tokens = tokens;
        this.directory = directory;
        this.audit = audit;
        this.clock = clock;
    }

    private record Tokens(List<TokenView> tokens) {}

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/tokens"),
                () -> concat(
                        pathEnd(() -> concat(
                                get(this::list),
                                post(() -> RequestBody.parsed(
                                        IssueTokenRequest::parse,
                                        request -> issue(
                                                request.name(),
                                                request.role(),
                                                request.expiresInDays(),
                                                tokens::issue))))),
                        path(
                                BOOTSTRAP,
                                () -> post(() -> issue(FIRST_NAME, Role.ADMIN, FIRST_DAYS, tokens::issueFirst))),
                        path(
                                PathMatchers.segment(),
                                id -> id.equals(BOOTSTRAP) ? reject() : delete(() -> revoke(id)))));
    }

    private Route list() {
        Instant now = clock.instant();
        return complete(Json.response(
                StatusCodes.OK,
                new Tokens(directory.all().stream()
                        .map(token -> TokenView.of(token, now))
                        .toList())));
    }

    private Route issue(
            String name, Role role, int days, BiFunction<NewToken, String, CompletionStage<IssuedToken>> order) {
        String secret = TokenSecret.create();
        NewToken token = new NewToken(
                UUID.randomUUID(),
                name,
                role,
                TokenSecret.hash(secret),
                clock.instant().plus(Duration.ofDays(days)));
        return audit.as(operator -> Problems.complete(operator.perform(
                        Action.issueToken(name, role),
                        () -> order.apply(token, operator.name()),
                        issued -> Outcome.accepted(Map.of("token", issued.id().toString())))
                .thenApply(issued -> created(issued, secret))));
    }

    /** No cache may keep the secret. */
    private HttpResponse created(IssuedToken issued, String secret) {
        return Json.response(StatusCodes.CREATED, TokenView.withSecret(issued, clock.instant(), secret))
                .addHeader(RawHeader.create("Cache-Control", "no-store"));
    }

    private Route revoke(String id) {
        UUID tokenId;
        try {
            tokenId = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            return complete(Problem.of(
                    StatusCodes.NOT_FOUND, NOT_FOUND, "no token has this id; GET /api/v1/tokens lists all tokens"));
        }
        return audit.as(operator -> Problems.complete(revoke(operator, tokenId)));
    }

    private CompletionStage<HttpResponse> revoke(Operator operator, UUID id) {
        return operator.perform(Action.revokeToken(id), () -> tokens.revoke(id, operator.name()))
                .thenApply(token -> Json.response(StatusCodes.OK, TokenView.of(token, clock.instant())));
    }
}
