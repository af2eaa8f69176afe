package io.rebalancer.core.access;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/** A fact about tokens, stored in the journal. Class names and members are part of the stored format. */
public sealed interface TokenEvent {

    /**
     * A token was issued.
     *
     * @param by who ordered that
     */
    record TokenIssued(NewToken token, String by, Instant at) implements TokenEvent {}

    /**
     * A token was revoked: it is not accepted any more.
     *
     * @param by who ordered that
     */
    record TokenRevoked(UUID tokenId, String by, Instant at) implements TokenEvent {}

    /** A request with the token was accepted on this day, in UTC. Stored once for each day. */
    record TokenUsed(UUID tokenId, LocalDate day) implements TokenEvent {}
}
