package io.rebalancer.http.v1.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Credential;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.Sender;
import io.rebalancer.http.server.SessionCookie;
import io.rebalancer.http.server.SessionStart;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Logins of browsers.
 *
 * <pre>
 *   GET    /api/v1/login-methods  how a browser can log in; needs no login
 *   GET    /api/v1/session        who the client is
 *   POST   /api/v1/session        starts a session for the holder of a token, and sets its cookie
 *   DELETE /api/v1/session        ends the session, and removes its cookie
 * </pre>
 */
public final class SessionRoutes extends AllDirectives {
    /** No cache may keep who the client is. */
    private static final HttpHeader NO_STORE = RawHeader.create("Cache-Control", "no-store");

    private final SessionStart sessions;
    private final LoginSettings settings;
    private final AuditedActions audit;

    /** @param audit records each login and logout */
    public SessionRoutes(SessionStart sessions, LoginSettings settings, AuditedActions audit) {
        this.sessions = sessions;
        this.settings = settings;
        this.audit = audit;
    }

    /** @param openId the provider of OpenID Connect; absent if there is none */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private record LoginMethods(boolean token, Optional<Provider> openId) {}

    private record Provider(String name, String path) {}

    public Route routes() {
        return concat(
                path(PathMatchers.separateOnSlashes("api/v1/login-methods"), () -> get(() -> complete(methods()))),
                path(
                        PathMatchers.separateOnSlashes("api/v1/session"),
                        () -> extractRequest(request -> {
                            Sender sender = Sender.of(request);
                            return concat(
                                    get(() -> complete(view(sender))),
                                    post(() -> start(sender)),
                                    delete(() -> end(sender)));
                        })));
    }

    private HttpResponse methods() {
        return Json.response(
                StatusCodes.OK,
                new LoginMethods(
                        true, settings.provider().map(each -> new Provider(each.name(), OpenIdSettings.LOGIN_PATH))));
    }

    private static HttpResponse view(Sender sender) {
        return Json.response(StatusCodes.OK, SessionView.of(sender)).addHeader(NO_STORE);
    }

    private Route start(Sender sender) {
        if (sender.credential() instanceof Credential.Token token) {
            return started(sender, Optional.of(token.id()), Optional.empty());
        }
        if (sender.credential() instanceof Credential.FileToken token) {
            return started(sender, Optional.empty(), Optional.of(token.hash()));
        }
        return complete(Problem.of(
                StatusCodes.CONFLICT,
                "TOKEN_NEEDED_FOR_SESSION",
                "a session begins with a token in the header Authorization: Bearer TOKEN, and this request has none"));
    }

    private Route started(Sender sender, Optional<UUID> tokenId, Optional<String> fileToken) {
        return audit.as(operator ->
                Problems.complete(sessions.start(operator, sender.user(), sender.role(), tokenId, fileToken)
                        .thenApply(started -> Json.response(StatusCodes.CREATED, SessionView.of(started.session()))
                                .addHeader(started.cookie())
                                .addHeader(NO_STORE))));
    }

    private Route end(Sender sender) {
        if (sender.credential() instanceof Credential.Cookie cookie) {
            return audit.as(operator -> Problems.complete(ended(operator, cookie)));
        }
        return complete(
                Problem.of(StatusCodes.CONFLICT, "NO_SESSION", "this request has no session, so there is none to end"));
    }

    private CompletionStage<HttpResponse> ended(Operator operator, Credential.Cookie cookie) {
        return sessions.end(operator, cookie.session())
                .thenApply(session -> HttpResponse.create()
                        .withStatus(StatusCodes.NO_CONTENT)
                        .addHeader(SessionCookie.SESSION.clear()));
    }
}
