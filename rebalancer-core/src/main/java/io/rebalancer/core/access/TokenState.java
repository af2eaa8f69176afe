package io.rebalancer.core.access;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * All tokens, oldest first. Of the tokens that are expired or revoked, those that were issued last are kept.
 *
 * @param tokens at most {@link #MAX_TOKENS}
 */
public record TokenState(List<IssuedToken> tokens) {
    public static final TokenState EMPTY = new TokenState(List.of());
    /** The most tokens that are accepted at a time. */
    static final int MAX_ACTIVE = 500;
    /** The most tokens that are kept. */
    static final int MAX_TOKENS = 1000;

    public TokenState {
        tokens = List.copyOf(tokens);
    }

    public Optional<IssuedToken> find(UUID id) {
        return tokens.stream().filter(token -> token.id().equals(id)).findFirst();
    }

    /** Whether a token of an administrator is accepted at this time. */
    public boolean hasAdminAt(Instant now) {
        return tokens.stream().anyMatch(token -> token.role() == Role.ADMIN && token.isActiveAt(now));
    }

    long activeAt(Instant now) {
        return tokens.stream().filter(token -> token.isActiveAt(now)).count();
    }

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public TokenState apply(TokenEvent event) {
        if (event instanceof TokenEvent.TokenIssued e) {
            return withoutOldest(e.at()).with(IssuedToken.of(e));
        }
        if (event instanceof TokenEvent.TokenRevoked e) {
            return changed(e.tokenId(), token -> token.revoked(e.at()));
        }
        return event instanceof TokenEvent.TokenUsed e ? changed(e.tokenId(), token -> token.used(e.day())) : this;
    }

    private TokenState withoutOldest(Instant now) {
        if (tokens.size() < MAX_TOKENS) {
            return this;
        }
        List<IssuedToken> kept = new ArrayList<>(tokens);
        kept.stream().filter(token -> !token.isActiveAt(now)).findFirst().ifPresent(kept::remove);
        return new TokenState(kept);
    }

    private TokenState with(IssuedToken token) {
        List<IssuedToken> all = new ArrayList<>(tokens);
        all.add(token);
        return new TokenState(all);
    }

    private TokenState changed(UUID id, UnaryOperator<IssuedToken> change) {
        return new TokenState(tokens.stream()
                .map(token -> token.id().equals(id) ? change.apply(token) : token)
                .toList());
    }
}
