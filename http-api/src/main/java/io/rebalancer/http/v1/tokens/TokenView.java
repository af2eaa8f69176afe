package io.rebalancer.http.v1.tokens;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A token as the API shows it.
 *
 * @param status {@code active}, {@code expired} or {@code revoked}
 * @param lastUsedOn a day in UTC; absent if the token was never used
 * @param secret the token itself; only in the answer that issues it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TokenView(
        UUID id,
        String name,
        String role,
        String status,
        Instant issuedAt,
        String issuedBy,
        Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable LocalDate lastUsedOn,
        @Nullable String secret) {

    static TokenView of(IssuedToken token, Instant now) {
        return of(token, now, null);
    }

    static TokenView withSecret(IssuedToken token, Instant now, String secret) {
        return of(token, now, secret);
    }

    private static TokenView of(IssuedToken token, Instant now, @Nullable String secret) {
        return new TokenView(
                token.id(),
                token.token().name(),
                token.role().word(),
                StableWord.of(token.statusAt(now)),
                token.issuedAt(),
                token.issuedBy(),
                token.token().expiresAt(),
                token.revokedAt().orElse(null),
                token.lastUsedOn().orElse(null),
                secret);
    }
}
