package io.rebalancer.core.port;

import io.rebalancer.core.access.Session;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The sessions of browsers, which all managers know. They are kept in memory: they end when no manager runs. */
public interface SessionStore {

    /** The session whose secret has this hash, unless it has ended. */
    Optional<Session> find(String hash);

    /** The sessions that have not ended, oldest first. */
    List<UsedSession> all();

    /**
     * A session and its use.
     *
     * @param lastUsedAt uses at other managers are known some 30 s later
     */
    record UsedSession(Session session, Instant lastUsedAt) {}

    /** The session was used. Does not block. */
    void recordUse(Session session);

    /** Starts a session. Completes when the managers that can be reached know it. */
    CompletionStage<Session> start(Session session);

    /** Ends a session. Completes when the managers that can be reached know it. Idempotent. */
    CompletionStage<Session> end(Session session);
}
