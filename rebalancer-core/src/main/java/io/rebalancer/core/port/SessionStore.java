package io.rebalancer.core.port;

import io.rebalancer.core.access.Session;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The sessions of browsers, which all managers know. They are kept in memory: they end when no manager runs. */
public interface SessionStore {

    /** The session whose secret has this hash, unless it has ended. */
    Optional<Session> find(String hash);

    /** The session was used. Does not block. */
    void recordUse(Session session);

    /** Starts a session. Completes when the managers that can be reached know it. */
    CompletionStage<Session> start(Session session);

    /** Ends a session. Completes when the managers that can be reached know it. Idempotent. */
    CompletionStage<Session> end(Session session);
}
