package io.rebalancer.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which tokens are issued, accepted and kept. */
class TokenRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(1));

    private TokenState state = TokenState.EMPTY;

    private static NewToken token(int number, Role role) {
        return new NewToken(new UUID(0, number), "token-" + number, role, "hash-" + number, LATER);
    }

    private Optional<TokenRefusal.Code> decide(TokenRules.Decision decision) {
        decision.event().ifPresent(event -> state = state.apply(event));
        return decision.refusal().map(TokenRefusal::code);
    }

    private Optional<TokenRefusal.Code> issue(NewToken token, Instant now) {
        return decide(TokenRules.issue(state, token, false, "ada", now));
    }

    private Optional<TokenRefusal.Code> issueFirst(NewToken token) {
        return decide(TokenRules.issue(state, token, true, "ada", NOW));
    }

    private IssuedToken first() {
        return state.tokens().get(0);
    }

    @Test
    void aTokenIsIssuedOnceHoweverOftenTheOrderIsRepeated() {
        assertThat(issue(token(1, Role.VIEWER), NOW)).isEmpty();
        TokenState once = state;
        assertThat(issue(token(1, Role.VIEWER), LATER)).isEmpty();
        assertThat(state).isEqualTo(once);
        assertThat(state.tokens()).hasSize(1);
        assertThat(first().issuedBy()).isEqualTo("ada");
    }

    @Test
    void aNameIsFreeAgainWhenItsTokenIsNotAccepted() {
        NewToken again = new NewToken(new UUID(0, 9), "token-1", Role.VIEWER, "hash-9", LATER.plusSeconds(9));
        issue(token(1, Role.VIEWER), NOW);
        assertThat(issue(again, NOW)).contains(TokenRefusal.Code.TOKEN_NAME_IN_USE);
        assertThat(issue(again, LATER)).as("the first one has expired").isEmpty();
    }

    @Test
    void theFirstTokenOfAnAdministratorIsIssuedWhileThereIsNone() {
        issue(token(1, Role.OPERATOR), NOW);
        assertThat(issueFirst(token(2, Role.ADMIN))).isEmpty();
        assertThat(state.hasAdminAt(NOW)).isTrue();
        assertThat(issueFirst(token(3, Role.ADMIN))).contains(TokenRefusal.Code.ADMIN_EXISTS);
        decide(TokenRules.revoke(state, new UUID(0, 2), "ada", NOW));
        assertThat(state.hasAdminAt(NOW)).isFalse();
        assertThat(issueFirst(token(3, Role.ADMIN))).isEmpty();
    }

    @Test
    void aRevokedTokenStaysRevokedSinceTheFirstOrder() {
        issue(token(1, Role.VIEWER), NOW);
        assertThat(first().statusAt(NOW)).isEqualTo(IssuedToken.Status.ACTIVE);
        decide(TokenRules.revoke(state, new UUID(0, 1), "ada", NOW));
        decide(TokenRules.revoke(state, new UUID(0, 1), "bob", LATER));
        assertThat(first().revokedAt()).contains(NOW);
        assertThat(first().statusAt(NOW)).isEqualTo(IssuedToken.Status.REVOKED);
        assertThat(decide(TokenRules.revoke(state, new UUID(0, 2), "ada", NOW)))
                .contains(TokenRefusal.Code.TOKEN_NOT_FOUND);
    }

    @Test
    void aTokenIsNotAcceptedFromItsExpiryOn() {
        issue(token(1, Role.VIEWER), NOW);
        assertThat(first().statusAt(LATER.minusNanos(1))).isEqualTo(IssuedToken.Status.ACTIVE);
        assertThat(first().statusAt(LATER)).isEqualTo(IssuedToken.Status.EXPIRED);
    }

    @Test
    void theUseOfADayIsStoredOnce() {
        LocalDate day = LocalDate.of(2026, 11, 27);
        UUID id = new UUID(0, 1);
        issue(token(1, Role.VIEWER), NOW);
        decide(TokenRules.used(state, id, day));
        assertThat(first().lastUsedOn()).contains(day);
        assertThat(TokenRules.used(state, id, day).event()).isEmpty();
        assertThat(TokenRules.used(state, id, day.minusDays(1)).event())
                .as("a late message")
                .isEmpty();
        assertThat(TokenRules.used(state, id, day.plusDays(1)).event()).isPresent();
        assertThat(TokenRules.used(state, new UUID(0, 2), day).event()).isEmpty();
    }

    @Test
    void theNumberOfTokensIsBoundedAndNoAcceptedOneIsForgotten() {
        for (int number = 0; number < TokenState.MAX_ACTIVE; number++) {
            assertThat(issue(token(number, Role.VIEWER), NOW)).isEmpty();
        }
        assertThat(issue(token(-1, Role.VIEWER), NOW)).contains(TokenRefusal.Code.TOO_MANY_TOKENS);
        for (int number = 1; number < 2 * TokenState.MAX_TOKENS; number++) {
            UUID last = state.tokens().get(state.tokens().size() - 1).id();
            decide(TokenRules.revoke(state, last, "ada", NOW));
            assertThat(issue(token(TokenState.MAX_ACTIVE + number, Role.VIEWER), NOW))
                    .isEmpty();
        }
        assertThat(state.tokens()).hasSize(TokenState.MAX_TOKENS);
        assertThat(state.activeAt(NOW)).isEqualTo(TokenState.MAX_ACTIVE);
    }
}
