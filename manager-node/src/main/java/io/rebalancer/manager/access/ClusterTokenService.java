package io.rebalancer.manager.access;

import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.TokenMessage;
import io.rebalancer.cluster.message.TokenMessage.TokenReply;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.port.TokenService;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/** Asks the registry of tokens. Every request is idempotent, so it is repeated. */
public final class ClusterTokenService implements TokenService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

    private final ActorSystem<?> system;
    private final ActorRef<TokenMessage> registry;
    private final CurrentTokens current;

    /** @param registry the singleton */
    public ClusterTokenService(ActorSystem<?> system, ActorRef<TokenMessage> registry, CurrentTokens current) {
        this.system = system;
        this.registry = registry;
        this.current = current;
    }

    @Override
    public CompletionStage<IssuedToken> issue(NewToken token, String by) {
        return ask(replyTo -> new TokenMessage.IssueToken(token, false, by, replyTo));
    }

    @Override
    public CompletionStage<IssuedToken> issueFirst(NewToken token, String by) {
        return ask(replyTo -> new TokenMessage.IssueToken(token, true, by, replyTo));
    }

    @Override
    public CompletionStage<IssuedToken> revoke(UUID id, String by) {
        return ask(replyTo -> new TokenMessage.RevokeToken(id, by, replyTo));
    }

    private CompletionStage<IssuedToken> ask(Function<ActorRef<TokenReply>, TokenMessage> message) {
        return RepeatedAsk.every(
                        RETRY_INTERVAL,
                        system,
                        () -> AskPattern.<TokenMessage, TokenReply>ask(
                                registry, message, ASK_TIMEOUT, system.scheduler()))
                .thenCompose(this::known);
    }

    /** A client that issues a token and uses it at once must not be refused by the same manager. */
    private CompletionStage<IssuedToken> known(TokenReply reply) {
        if (reply instanceof TokenMessage.TokenOrderRefused refused) {
            return CompletableFuture.failedFuture(new TokenRefused(refused.refusal()));
        }
        TokenMessage.TokenStored stored = (TokenMessage.TokenStored) reply;
        return current.awaitRevision(stored.revision(), ASK_TIMEOUT).thenApply(known -> stored.token());
    }
}
