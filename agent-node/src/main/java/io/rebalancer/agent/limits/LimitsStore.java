package io.rebalancer.agent.limits;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.agent.LimitsState;
import io.rebalancer.core.object.StorageNodeId;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** Stores the limits that an operator sets, and applies them after each change and after each start. */
public final class LimitsStore extends EventSourcedBehavior<LimitsStore.SetLimits, LimitsEvent, LimitsState> {
    private static final int SNAPSHOT_EVERY = 20;

    /** Replaces the limits. The reply is sent after the limits are stored and applied. */
    public record SetLimits(CopyLimits limits, ActorRef<CopyLimits> replyTo) {}

    private final Consumer<CopyLimits> applyLimits;

    /** @param applyLimits makes the running agent use the limits */
    public static Behavior<SetLimits> create(StorageNodeId node, Consumer<CopyLimits> applyLimits) {
        return Behaviors.setup(context -> new LimitsStore(node, applyLimits));
    }

    private LimitsStore(StorageNodeId node, Consumer<CopyLimits> applyLimits) {
        super(PersistenceId.of("AgentLimits", node.text()), PersistentEntities.restart());
        this.applyLimits = applyLimits;
    }

    @Override
    public LimitsState emptyState() {
        return LimitsState.EMPTY;
    }

    @Override
    public CommandHandler<SetLimits, LimitsEvent, LimitsState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(SetLimits.class, this::onSetLimits)
                .build();
    }

    private Effect<LimitsEvent, LimitsState> onSetLimits(LimitsState state, SetLimits command) {
        return Effect().persist(new LimitsEvent.LimitsChosen(command.limits())).thenRun((LimitsState stored) -> {
            stored.chosen().ifPresent(applyLimits);
            command.replyTo().tell(command.limits());
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
                        (state, signal) -> state.chosen().ifPresent(applyLimits))
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
