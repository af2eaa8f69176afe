package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.AccessTokens;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore;
import io.rebalancer.core.port.TokenDirectory;
import java.time.Clock;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** Finds the sessions of requests. A session is accepted as long as the token with which it began. */
final class SessionLogins {
    private final SessionStore sessions;
    private final TokenDirectory tokens;
    private final Optional<AccessTokens> file;
    private final Clock clock;

    SessionLogins(SessionStore sessions, TokenDirectory tokens, Optional<AccessTokens> file, Clock clock) {
        this.sessions = sessions;
        this.tokens = tokens;
        this.file = file;
        this.clock = clock;
    }

    /** The sender of a request with the cookie of a session. A browser sends old cookies too; they count as none. */
    Optional<Sender> find(HttpRequest request) {
        return SessionCookie.SESSION
                .of(request)
                .map(TokenSecret::hash)
                .flatMap(sessions::find)
                .filter(this::isAccepted)
                .map(this::sender);
    }

    private Sender sender(Session session) {
        sessions.recordUse(session);
        return new Sender(
                session.user(),
                session.role(),
                () -> sessions.find(session.hash()).filter(this::isAccepted).isPresent(),
                new Credential.Cookie(session));
    }

    private boolean isAccepted(Session session) {
        boolean token = session.tokenId()
                .map(id -> tokens.find(id)
                        .filter(each -> each.statusAt(clock.instant()) == IssuedToken.Status.ACTIVE)
                        .isPresent())
                .orElse(true);
        boolean fileToken = session.fileToken()
                .map(hash -> file.filter(each -> each.acceptsHash(hash)).isPresent())
                .orElse(true);
        return token && fileToken;
    }
}
