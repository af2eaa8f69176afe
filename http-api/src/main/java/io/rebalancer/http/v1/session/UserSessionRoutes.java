package io.rebalancer.http.v1.session;

import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore.UsedSession;
import io.rebalancer.core.port.TokenDirectory;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Credential;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.Sender;
import io.rebalancer.http.server.SessionStart;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The sessions of all users, for administrators.
 *
 * <pre>
 *   GET    /api/v1/sessions     the sessions that have not ended, oldest first
 *   DELETE /api/v1/sessions/ID  ends a session
 * </pre>
 */
public final class UserSessionRoutes extends AllDirectives {
    private final SessionStart sessions;
    private final TokenDirectory tokens;
    private final AuditedActions audit;
    private final Clock clock;

    /**
     * @param tokens a session that began with one of them ends with it
     * @param audit records each action
     */
    public UserSessionRoutes(SessionStart sessions, TokenDirectory tokens, AuditedActions audit, Clock clock) {
        this.sessions = sessions;
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
    }

    private record Sessions(List<UserSessionView> sessions) {}

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/sessions"),
                () -> concat(
                        pathEnd(() -> get(() -> extractRequest(request -> list(Sender.of(request))))),
                        path(PathMatchers.segment(), id -> delete(() -> end(id)))));
    }

    private Route list(Sender sender) {
        return complete(Json.response(
                StatusCodes.OK,
                new Sessions(accepted().stream()
                        .map(used -> UserSessionView.of(used, isOf(sender, used.session())))
                        .toList())));
    }

    private List<UsedSession> accepted() {
        return sessions.all().stream().filter(used -> hasToken(used.session())).toList();
    }

    private boolean hasToken(Session session) {
        return session.tokenId()
                .map(id -> tokens.find(id)
                        .filter(token -> token.statusAt(clock.instant()) == IssuedToken.Status.ACTIVE)
                        .isPresent())
                .orElse(true);
    }

    private static boolean isOf(Sender sender, Session session) {
        return sender.credential() instanceof Credential.Cookie cookie
                && cookie.session().hash().equals(session.hash());
    }

    private Route end(String id) {
        Optional<UsedSession> found = accepted().stream()
                .filter(used -> used.session().id().toString().equals(id))
                .findFirst();
        if (found.isEmpty()) {
            return complete(Problem.of(
                    StatusCodes.NOT_FOUND,
                    "SESSION_NOT_FOUND",
                    "no session has this id, or it has ended; GET /api/v1/sessions lists all sessions"));
        }
        return extractRequest(request -> audit.as(operator ->
                Problems.complete(sessions.endOfUser(operator, found.get().session())
                        .thenApply(ended -> Json.response(
                                StatusCodes.OK, UserSessionView.of(found.get(), isOf(Sender.of(request), ended)))))));
    }
}
