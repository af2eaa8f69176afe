package io.rebalancer.manager.access;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.TokenMessage;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.TokenEvent;
import io.rebalancer.core.access.TokenRules;
import io.rebalancer.core.access.TokenState;
import java.time.Clock;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** The one writer of tokens; a cluster singleton. Its events are never deleted, because each manager reads them. */
public final class TokenRegistry extends EventSourcedBehavior<TokenMessage, TokenEvent, TokenState> {
    private static final PersistenceId ID = PersistenceId.ofUniqueId(Entities.TOKENS_ID);
    private static final int SNAPSHOT_EVERY = 100;

    private final ActorContext<TokenMessage> context;
    private final Clock clock;

    /** @param clock the time of orders */
    public static Behavior<TokenMessage> create(Clock clock) {
        return Behaviors.setup(context -> new TokenRegistry(context, clock));
    }

    private TokenRegistry(ActorContext<TokenMessage> context, Clock clock) {
        super(ID, PersistentEntities.restart());
        this.context = context;
        this.clock = clock;
    }

    @Override
    public TokenState emptyState() {
        return TokenState.EMPTY;
    }

    @Override
    public CommandHandler<TokenMessage, TokenEvent, TokenState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(TokenMessage.IssueToken.class, this::onIssue)
                .onCommand(TokenMessage.RevokeToken.class, this::onRevoke)
                .onCommand(TokenMessage.NoteTokenUse.class, this::onUse)
                .build();
    }

    private Effect<TokenEvent, TokenState> onIssue(TokenState tokens, TokenMessage.IssueToken order) {
        return answer(
                TokenRules.issue(tokens, order.token(), order.first(), order.by(), clock.instant()),
                order.token().id(),
                order.replyTo());
    }

    private Effect<TokenEvent, TokenState> onRevoke(TokenState tokens, TokenMessage.RevokeToken order) {
        return answer(
                TokenRules.revoke(tokens, order.tokenId(), order.by(), clock.instant()),
                order.tokenId(),
                order.replyTo());
    }

    private Effect<TokenEvent, TokenState> answer(
            TokenRules.Decision decision, UUID id, ActorRef<TokenMessage.TokenReply> replyTo) {
        if (decision.refusal().isPresent()) {
            replyTo.tell(new TokenMessage.TokenOrderRefused(decision.refusal().get()));
            return Effect().none();
        }
        return store(decision)
                .thenRun((TokenState stored) -> stored.find(id).ifPresent(token -> replyTo.tell(stored(token))));
    }

    private TokenMessage.TokenStored stored(IssuedToken token) {
        return new TokenMessage.TokenStored(token, lastSequenceNumber(context));
    }

    private Effect<TokenEvent, TokenState> onUse(TokenState tokens, TokenMessage.NoteTokenUse note) {
        return store(TokenRules.used(tokens, note.tokenId(), note.day()));
    }

    private EffectBuilder<TokenEvent, TokenState> store(TokenRules.Decision decision) {
        return decision.event().isPresent()
                ? Effect().persist(decision.event().get())
                : Effect().none();
    }

    @Override
    public EventHandler<TokenState, TokenEvent> eventHandler() {
        return TokenState::apply;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
