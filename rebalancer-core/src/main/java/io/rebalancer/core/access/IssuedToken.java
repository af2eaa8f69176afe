package io.rebalancer.core.access;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/**
 * A token that was issued. Its secret is not known to the system.
 *
 * @param issuedBy who ordered that
 * @param revokedAt empty if it was not revoked
 * @param lastUsedOn the last day, in UTC, on which a request with the token was accepted; empty if there was none
 */
public record IssuedToken(
        NewToken token,
        Instant issuedAt,
        String issuedBy,
        Optional<Instant> revokedAt,
        Optional<LocalDate> lastUsedOn) {

    /** Whether a token is accepted, and why not. */
    public enum Status {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    static IssuedToken of(TokenEvent.TokenIssued event) {
        return new IssuedToken(event.token(), event.at(), event.by(), Optional.empty(), Optional.empty());
    }

    public UUID id() {
        return token.id();
    }

    public Role role() {
        return token.role();
    }

    /** Whether the token is accepted at this time. */
    public Status statusAt(Instant now) {
        if (revokedAt.isPresent()) {
            return Status.REVOKED;
        }
        return now.isBefore(token.expiresAt()) ? Status.ACTIVE : Status.EXPIRED;
    }

    boolean isActiveAt(Instant now) {
        return statusAt(now) == Status.ACTIVE;
    }

    IssuedToken revoked(Instant at) {
        return new IssuedToken(token, issuedAt, issuedBy, Optional.of(at), lastUsedOn);
    }

    IssuedToken used(LocalDate day) {
        return new IssuedToken(token, issuedAt, issuedBy, revokedAt, Optional.of(day));
    }
}
