package io.rebalancer.agent.limits;

import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.agent.LimitsState;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** Stores the limits that were chosen, and has them applied: when they are chosen, and after every start. */
public final class LimitsStore extends EventSourcedBehavior<LimitsStore.Choose, LimitsEvent, LimitsState> {
    private static final int SNAPSHOT_EVERY = 20;

    /** Choose other limits; answered when they are stored and in force. */
    public record Choose(CopyLimits limits, ActorRef<CopyLimits> replyTo) {}

    private final Consumer<CopyLimits> apply;

    /** @param apply puts limits into force */
    public static Behavior<Choose> create(StorageNodeId node, Consumer<CopyLimits> apply) {
        return Behaviors.setup(context -> new LimitsStore(node, apply));
    }

    private LimitsStore(StorageNodeId node, Consumer<CopyLimits> apply) {
        super(
                PersistenceId.of("AgentLimits", node.text()),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(20), 0.2));
        this.apply = apply;
    }

    @Override
    public LimitsState emptyState() {
        return LimitsState.EMPTY;
    }

    @Override
    public CommandHandler<Choose, LimitsEvent, LimitsState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Choose.class, this::onChoose)
                .build();
    }

    private Effect<LimitsEvent, LimitsState> onChoose(LimitsState state, Choose choose) {
        return Effect().persist(new LimitsEvent.LimitsChosen(choose.limits())).thenRun((LimitsState stored) -> {
            stored.chosen().ifPresent(apply);
            choose.replyTo().tell(choose.limits());
        });
    }

    @Override
    public EventHandler<LimitsState, LimitsEvent> eventHandler() {
        return LimitsState::apply;
    }

    @Override
    public SignalHandler<LimitsState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(
                        RecoveryCompleted.class,
                        (state, signal) -> state.chosen().ifPresent(apply))
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
