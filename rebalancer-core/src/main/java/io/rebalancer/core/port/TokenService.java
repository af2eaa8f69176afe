package io.rebalancer.core.port;

import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.TokenRefusal;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Issues and revokes tokens. Each call completes when the result is stored and this manager acts by it. */
public interface TokenService {

    /**
     * Issues a token.
     *
     * @param by who orders that
     * @return fails with {@link TokenRefused}
     */
    CompletionStage<IssuedToken> issue(NewToken token, String by);

    /** Issues the first token of an administrator. Fails with {@link TokenRefused} if there is one. */
    CompletionStage<IssuedToken> issueFirst(NewToken token, String by);

    /** Revokes a token. Idempotent. Fails with {@link TokenRefused} if there is no such token. */
    CompletionStage<IssuedToken> revoke(UUID id, String by);

    /** An order about tokens is refused. */
    final class TokenRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient TokenRefusal refusal;

        public TokenRefused(TokenRefusal refusal) {
            super(refusal.detail(), null, false, false);
            this.refusal = refusal;
        }

        public TokenRefusal refusal() {
            return refusal;
        }
    }
}
