package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore;
import io.rebalancer.core.port.SessionStore.UsedSession;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;

/** Starts and ends sessions of browsers, and records that in the audit log. */
public final class SessionStart {
    private final SessionStore sessions;
    private final LoginSettings settings;
    private final Clock clock;

    public SessionStart(SessionStore sessions, LoginSettings settings, Clock clock) {
        this.sessions = sessions;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * A session that has started.
     *
     * @param cookie the header that gives the browser its secret, and which no log has
     */
    public record Started(Session session, HttpHeader cookie) {}

    /**
     * Starts a session.
     *
     * @param operator who logs in
     * @param tokenId the issued token that proved who the user is
     * @param fileToken the hash of the token of the token file that proved it
     */
    public CompletionStage<Started> start(
            Operator operator, String user, Role role, Optional<UUID> tokenId, Optional<String> fileToken) {
        String secret = TokenSecret.random();
        Instant now = clock.instant();
        Session session = new Session(
                TokenSecret.hash(secret), user, role, tokenId, fileToken, now, now.plus(settings.sessionAge()));
        return operator.perform(
                        Action.on("session.start", user).with("role", role.word()), () -> sessions.start(session))
                .thenApply(started -> new Started(started, SessionCookie.SESSION.set(secret, settings.sessionAge())));
    }

    /** Ends a session. Idempotent. */
    public CompletionStage<Session> end(Operator operator, Session session) {
        return operator.perform(Action.on("session.end", session.user()), () -> sessions.end(session));
    }

    /** The sessions that have not ended, oldest first. */
    public List<UsedSession> all() {
        return sessions.all();
    }

    /** Ends the session of any user, which the audit log names. Idempotent. */
    public CompletionStage<Session> endOfUser(Operator operator, Session session) {
        return operator.perform(
                Action.on("session.end", session.user())
                        .with("session", session.id().toString()),
                () -> sessions.end(session));
    }
}
