package io.rebalancer.http.v1.session;

import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore.UsedSession;
import java.time.Instant;
import java.util.UUID;

/**
 * A session of any user, as administrators see it. Nothing in it lets a browser use the session.
 *
 * @param lastUsedAt may lag behind by 30 s for uses at other managers
 * @param expiresAt when the session ends even if it is used
 * @param current whether the request itself was sent with this session
 */
record UserSessionView(
        UUID id, String user, String role, Instant startedAt, Instant lastUsedAt, Instant expiresAt, boolean current) {

    static UserSessionView of(UsedSession used, boolean current) {
        Session session = used.session();
        return new UserSessionView(
                session.id(),
                session.user(),
                session.role().word(),
                session.startedAt(),
                used.lastUsedAt(),
                session.expiresAt(),
                current);
    }
}
