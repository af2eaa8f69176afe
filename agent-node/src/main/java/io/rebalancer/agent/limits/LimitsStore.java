package io.rebalancer.agent.limits;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.agent.LimitsState;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.text.OneLine;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.pattern.StatusReply;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Stores the limits and the gate that an operator sets, and applies them after each change. No copy starts before they are
 * recovered.
 */
public final class LimitsStore extends EventSourcedBehavior<LimitsStore.Command, LimitsEvent, LimitsState> {
    /** The commands of this actor. The reply is sent after the change is stored and applied. */
    public sealed interface Command {}

    record ChangeLimits(LimitsChange change, ActorRef<StatusReply<CopyLimits>> replyTo) implements Command {}

    record SetGate(CopyGate gate, ActorRef<CopyGate> replyTo) implements Command {}

    /** What the limits and the gate apply to. */
    public interface Target {
        /** Starts with what was stored; called once, or again after a failed write. */
        void start(LimitsState stored);

        /** The limits of the settings file, which hold until an operator changes one. */
        CopyLimits configuredLimits();

        void setLimits(CopyLimits limits);

        void setGate(CopyGate gate);
    }

    private final Target target;

    public static Behavior<Command> create(StorageNodeId node, Target target) {
        return Behaviors.setup(context -> new LimitsStore(node, target));
    }

    private LimitsStore(StorageNodeId node, Target target) {
        super(PersistenceId.of("AgentLimits", node.text()), PersistentEntities.restart());
        this.target = target;
    }

    @Override
    public LimitsState emptyState() {
        return LimitsState.EMPTY;
    }

    @Override
    public CommandHandler<Command, LimitsEvent, LimitsState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(ChangeLimits.class, this::onChangeLimits)
                .onCommand(SetGate.class, this::onSetGate)
                .build();
    }

    /** Changes are applied one after the other, so none is lost. */
    private Effect<LimitsEvent, LimitsState> onChangeLimits(LimitsState state, ChangeLimits command) {
        CopyLimits limits;
        try {
            limits = command.change().applyTo(state.chosen().orElseGet(target::configuredLimits));
        } catch (IllegalArgumentException e) {
            command.replyTo().tell(StatusReply.error(new AgentControl.LimitsRefused(OneLine.of(e))));
            return Effect().none();
        }
        return Effect().persist(new LimitsEvent.LimitsChosen(limits)).thenRun((LimitsState stored) -> {
            target.setLimits(limits);
            command.replyTo().tell(StatusReply.success(limits));
        });
    }

    private Effect<LimitsEvent, LimitsState> onSetGate(LimitsState state, SetGate command) {
        var events = state.gate() == command.gate()
                ? List.<LimitsEvent>of()
                : List.<LimitsEvent>of(new LimitsEvent.GateSet(command.gate()));
        return Effect().persist(events).thenRun((LimitsState stored) -> {
            target.setGate(command.gate());
            command.replyTo().tell(command.gate());
        });
    }

    @Override
    public EventHandler<LimitsState, LimitsEvent> eventHandler() {
        return LimitsState::apply;
    }

    @Override
    public SignalHandler<LimitsState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (state, signal) -> target.start(state))
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        // Limits change rarely: events that wait for many others before their deletion would keep the log from
        // shrinking.
        return RetentionCriteria.snapshotEvery(1, 1).withDeleteEventsOnSnapshot();
    }
}
