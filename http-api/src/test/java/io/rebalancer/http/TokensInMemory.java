package io.rebalancer.http;

import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.access.TokenRules;
import io.rebalancer.core.access.TokenState;
import io.rebalancer.core.port.TokenDirectory;
import io.rebalancer.core.port.TokenService;
import io.rebalancer.http.server.TokenSecret;
import io.rebalancer.testsupport.SettableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tokens in memory, with the rules of the real ones and a clock that a test sets. */
public final class TokensInMemory implements TokenService, TokenDirectory {
    public static final Instant START = Instant.parse("2026-11-27T10:00:00Z");

    private volatile TokenState state = TokenState.EMPTY;
    private final SettableClock clock = new SettableClock(START);

    /** Forgets all tokens. */
    public synchronized void reset() {
        state = TokenState.EMPTY;
        clock.set(START);
    }

    public void setTime(Instant time) {
        clock.set(time);
    }

    public Clock clock() {
        return clock;
    }

    /** Issues a token and returns its secret. */
    public String issue(String name, Role role, Instant expiresAt) throws Exception {
        String secret = TokenSecret.create();
        issue(new NewToken(UUID.randomUUID(), name, role, TokenSecret.hash(secret), expiresAt), "test")
                .toCompletableFuture()
                .get();
        return secret;
    }

    /** Issues the token that the examples of the contract revoke. */
    public void issueExample() throws Exception {
        UUID id = UUID.fromString("66666666-6666-4666-8666-666666666666");
        Instant expiresAt = START.plus(Duration.ofDays(1));
        issue(new NewToken(id, "example", Role.VIEWER, TokenSecret.hash("example"), expiresAt), "test")
                .toCompletableFuture()
                .get();
    }

    public UUID id(String name) {
        return all().stream()
                .filter(each -> each.token().name().equals(name))
                .findFirst()
                .orElseThrow()
                .id();
    }

    @Override
    public CompletionStage<IssuedToken> issue(NewToken token, String by) {
        return decide(TokenRules.issue(state, token, false, by, clock.instant()), token.id());
    }

    @Override
    public CompletionStage<IssuedToken> issueFirst(NewToken token, String by) {
        return decide(TokenRules.issue(state, token, true, by, clock.instant()), token.id());
    }

    @Override
    public CompletionStage<IssuedToken> revoke(UUID id, String by) {
        return decide(TokenRules.revoke(state, id, by, clock.instant()), id);
    }

    private synchronized CompletionStage<IssuedToken> decide(TokenRules.Decision decision, UUID id) {
        if (decision.refusal().isPresent()) {
            return CompletableFuture.failedFuture(
                    new TokenRefused(decision.refusal().get()));
        }
        decision.event().ifPresent(event -> state = state.apply(event));
        return CompletableFuture.completedFuture(find(id).orElseThrow());
    }

    @Override
    public Optional<IssuedToken> find(String hash) {
        return all().stream().filter(each -> each.token().hash().equals(hash)).findFirst();
    }

    @Override
    public Optional<IssuedToken> find(UUID id) {
        return state.find(id);
    }

    @Override
    public List<IssuedToken> all() {
        return state.tokens();
    }

    @Override
    public synchronized void recordUse(IssuedToken token) {
        TokenRules.used(state, token.id(), LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC))
                .event()
                .ifPresent(event -> state = state.apply(event));
    }
}
