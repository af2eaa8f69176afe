package io.rebalancer.core.port;

import io.rebalancer.core.access.IssuedToken;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The tokens as this manager knows them: a copy of the journal, which follows it by a fraction of a second. */
public interface TokenDirectory {

    /** The token whose secret has this hash, also if it is not accepted any more. */
    Optional<IssuedToken> find(String hash);

    /** The token as it is now. */
    Optional<IssuedToken> find(UUID id);

    /** All tokens, oldest first. */
    List<IssuedToken> all();

    /** A request with this token was accepted. Does not block. */
    void recordUse(IssuedToken token);
}
