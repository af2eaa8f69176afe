package io.rebalancer.core.access;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/** Decides about orders for tokens. */
public final class TokenRules {

    private TokenRules() {}

    /**
     * What to store, or why the order is refused. Neither if the order was carried out before.
     */
    public record Decision(Optional<TokenEvent> event, Optional<TokenRefusal> refusal) {
        private static final Decision NOTHING = new Decision(Optional.empty(), Optional.empty());

        static Decision store(TokenEvent event) {
            return new Decision(Optional.of(event), Optional.empty());
        }

        static Decision refuse(TokenRefusal.Code code, String detail) {
            return new Decision(Optional.empty(), Optional.of(new TokenRefusal(code, detail)));
        }
    }

    /**
     * Issues a token. The same token again changes nothing.
     *
     * @param first whether it is the first token of an administrator: refused if another one is accepted
     */
    public static Decision issue(TokenState state, NewToken token, boolean first, String by, Instant now) {
        if (state.find(token.id()).isPresent()) {
            return Decision.NOTHING;
        }
        if (first && state.hasAdminAt(now)) {
            return Decision.refuse(
                    TokenRefusal.Code.ADMIN_EXISTS,
                    "an administrator has a token already; with it, POST /api/v1/tokens issues further ones");
        }
        boolean nameInUse = state.tokens().stream()
                .anyMatch(each -> each.isActiveAt(now) && each.token().name().equals(token.name()));
        if (nameInUse) {
            return Decision.refuse(
                    TokenRefusal.Code.TOKEN_NAME_IN_USE,
                    "a token with the name " + token.name() + " exists; take another name, or revoke that token first");
        }
        return state.activeAt(now) >= TokenState.MAX_ACTIVE
                ? Decision.refuse(
                        TokenRefusal.Code.TOO_MANY_TOKENS,
                        TokenState.MAX_ACTIVE + " tokens are in use; revoke those that are not needed any more")
                : Decision.store(new TokenEvent.TokenIssued(token, by, now));
    }

    /** Revokes a token. A token that was revoked before stays as it is. */
    public static Decision revoke(TokenState state, UUID id, String by, Instant now) {
        Optional<IssuedToken> found = state.find(id);
        if (found.isEmpty()) {
            return Decision.refuse(
                    TokenRefusal.Code.TOKEN_NOT_FOUND, "no token " + id + "; GET /api/v1/tokens lists all tokens");
        }
        return found.get().revokedAt().isPresent()
                ? Decision.NOTHING
                : Decision.store(new TokenEvent.TokenRevoked(id, by, now));
    }

    /** Notes that a token was used on a day. */
    public static Decision used(TokenState state, UUID id, LocalDate day) {
        return state.find(id)
                .filter(token -> token.lastUsedOn().map(day::isAfter).orElse(true))
                .map(token -> Decision.store(new TokenEvent.TokenUsed(id, day)))
                .orElse(Decision.NOTHING);
    }
}
