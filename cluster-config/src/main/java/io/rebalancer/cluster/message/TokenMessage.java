package io.rebalancer.cluster.message;

import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.TokenRefusal;
import java.time.LocalDate;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the registry of tokens, a cluster singleton. */
public interface TokenMessage {

    /**
     * Issues a token. Idempotent for the same id.
     *
     * @param first whether it is the first token of an administrator
     * @param by who orders that
     */
    record IssueToken(NewToken token, boolean first, String by, ActorRef<TokenReply> replyTo)
            implements TokenMessage, WireMessage {}

    /**
     * Revokes a token. Idempotent.
     *
     * @param by who orders that
     */
    record RevokeToken(UUID tokenId, String by, ActorRef<TokenReply> replyTo) implements TokenMessage, WireMessage {}

    /** A request with the token was accepted on this day, in UTC. Repeated with later requests until it is stored. */
    record NoteTokenUse(UUID tokenId, LocalDate day) implements TokenMessage, WireMessage {}

    /** A reply of the registry. */
    interface TokenReply extends WireMessage {}

    /**
     * The token as it is stored.
     *
     * @param revision grows with each change of any token
     */
    record TokenStored(IssuedToken token, long revision) implements TokenReply {}

    /** The order is not carried out. */
    record TokenOrderRefused(TokenRefusal refusal) implements TokenReply {}
}
