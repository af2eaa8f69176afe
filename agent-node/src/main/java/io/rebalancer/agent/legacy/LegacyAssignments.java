package io.rebalancer.agent.legacy;

import io.rebalancer.agent.copy.CopyClient;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.legacy.LegacyAssignment;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyProgress;
import io.rebalancer.core.legacy.LegacyRules;
import io.rebalancer.core.legacy.LegacyState;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.port.AssignmentService.Acceptance;
import io.rebalancer.core.port.AssignmentService.Deletion;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assignments that an agent accepted over the legacy HTTP API. Each assignment is stored before it is acknowledged,
 * resumed after a restart, and kept until its manager deletes it or it expires. Rules: {@link LegacyRules}.
 */
public final class LegacyAssignments extends EventSourcedBehavior<LegacyAssignments.Command, LegacyEvent, LegacyState> {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyAssignments.class);
    /**
     * A snapshot holds all ended assignments, so a short interval would write each of them a hundred times. As many events are
     * replayed in about a second.
     */
    private static final int SNAPSHOT_EVERY = 1_000;

    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(10);

    /** The commands of this actor. */
    public sealed interface Command {}

    record Accept(UUID id, List<LegacyTask> tasks, ActorRef<Acceptance> replyTo) implements Command {}

    record Find(UUID id, ActorRef<Optional<LegacyProgress>> replyTo) implements Command {}

    record Delete(UUID id, ActorRef<Deletion> replyTo) implements Command {}

    /** Asks whether this actor has recovered and processes commands. */
    record Ping(ActorRef<Done> replyTo) implements Command {}

    /** Removes the assignments that ended too long ago. */
    enum Expire implements Command {
        INSTANCE
    }

    private record CopiesEnded(List<CopyOutcome> outcomes) implements Command {}

    private final AgentSettings settings;
    private final CopyMetrics metrics;
    private final EndedAssignmentMetrics endedMetrics = new EndedAssignmentMetrics();
    private final ActorContext<Command> context;
    private final CopyClient copies;
    private final Clock clock;
    private final TimerScheduler<Command> timers;
    private final Duration expiryInterval;

    /**
     * The behavior, which restarts after every failure: the API has no other actor that could serve it.
     *
     * @param copies the copy engine, for the orders of legacy managers
     */
    public static Behavior<Command> create(AgentSettings settings, CopyClient copies, CopyMetrics metrics) {
        return create(settings, copies, metrics, Clock.systemUTC(), EXPIRY_INTERVAL);
    }

    /** @param expiryInterval how often it removes the assignments that ended too long ago */
    static Behavior<Command> create(
            AgentSettings settings, CopyClient copies, CopyMetrics metrics, Clock clock, Duration expiryInterval) {
        Behavior<Command> unsupervised = Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new LegacyAssignments(context, timers, settings, metrics, copies, clock, expiryInterval)));
        return Behaviors.supervise(unsupervised).onFailure(Exception.class, PersistentEntities.restart());
    }

    private LegacyAssignments(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            AgentSettings settings,
            CopyMetrics metrics,
            CopyClient copies,
            Clock clock,
            Duration expiryInterval) {
        super(PersistenceId.of("LegacyAssignments", settings.storageNode().text()), PersistentEntities.restart());
        this.settings = settings;
        this.metrics = metrics;
        this.context = context;
        this.copies = copies;
        this.clock = clock;
        this.timers = timers;
        this.expiryInterval = expiryInterval;
    }

    @Override
    public LegacyState emptyState() {
        return LegacyState.EMPTY;
    }

    @Override
    public CommandHandler<Command, LegacyEvent, LegacyState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Accept.class, this::onAccept)
                .onCommand(Find.class, this::onFind)
                .onCommand(Delete.class, this::onDelete)
                .onCommand(CopiesEnded.class, this::onCopiesEnded)
                .onCommand(Expire.class, (state, expire) -> onExpire(state))
                .onCommand(Ping.class, (state, ping) -> reply(ping.replyTo(), Done.getInstance()))
                .build();
    }

    private Effect<LegacyEvent, LegacyState> onAccept(LegacyState state, Accept accept) {
        UUID id = accept.id();
        if (state.find(id).isPresent()) {
            return reply(accept.replyTo(), Acceptance.EXISTS);
        }
        if (copies.gate() != CopyGate.OPEN) {
            return reply(
                    accept.replyTo(),
                    Acceptance.busy(
                            "the gate of this agent is " + copies.gate() + "; PUT /api/v1/agent/gate opens it"));
        }
        if (state.open().size() >= settings.maxAssignments()) {
            return reply(accept.replyTo(), Acceptance.BUSY);
        }
        Optional<String> busy =
                LegacyRules.tooManyOpenTasks(state, accept.tasks().size(), settings.legacy());
        if (busy.isPresent()) {
            return reply(accept.replyTo(), Acceptance.busy(busy.get()));
        }
        List<LegacyEvent> events =
                LegacyRules.accept(id, accept.tasks(), parseFailures(id, accept.tasks()), clock.instant());
        return persist(state, events).thenRun((LegacyState stored) -> {
            metrics.recordAssignmentStart(id);
            Optional.ofNullable(stored.open().get(id)).ifPresent(this::startCopies);
            reportIfEnded(stored, id);
            accept.replyTo().tell(Acceptance.ACCEPTED);
        });
    }

    private EffectBuilder<LegacyEvent, LegacyState> persist(LegacyState state, List<LegacyEvent> events) {
        List<LegacyEvent> all = LegacyRules.withExpiry(state, events, settings.legacy());
        return Effect().persist(all).thenRun((LegacyState stored) -> endedMetrics.record(stored, all));
    }

    private <T> Effect<LegacyEvent, LegacyState> reply(ActorRef<T> replyTo, T message) {
        return Effect().none().thenRun((LegacyState same) -> replyTo.tell(message));
    }

    private static Map<Integer, LegacyFailure> parseFailures(UUID id, List<LegacyTask> tasks) {
        Map<Integer, LegacyFailure> failures = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            int taskIndex = i;
            LegacyOrders.parse(id, taskIndex, tasks.get(taskIndex))
                    .failure()
                    .ifPresent(failure -> failures.put(taskIndex, failure));
        }
        return failures;
    }

    private void startCopies(LegacyAssignment assignment) {
        for (int taskIndex : assignment.openTasks()) {
            LegacyOrders.parse(assignment.id(), taskIndex, assignment.tasks().get(taskIndex))
                    .order()
                    .ifPresent(copies::submit);
        }
    }

    private Effect<LegacyEvent, LegacyState> onFind(LegacyState state, Find find) {
        return reply(find.replyTo(), state.find(find.id()));
    }

    private Effect<LegacyEvent, LegacyState> onDelete(LegacyState state, Delete delete) {
        Optional<LegacyProgress> assignment = state.find(delete.id());
        if (assignment.isEmpty()) {
            return reply(delete.replyTo(), Deletion.UNKNOWN);
        }
        if (!assignment.get().ended()) {
            return reply(delete.replyTo(), Deletion.NOT_COMPLETE);
        }
        return persist(state, List.of(new LegacyEvent.LegacyDeleted(delete.id())))
                .thenRun((LegacyState stored) -> delete.replyTo().tell(Deletion.DELETED));
    }

    private Effect<LegacyEvent, LegacyState> onExpire(LegacyState state) {
        List<LegacyEvent> events = LegacyRules.expire(state, clock.instant(), settings.legacy());
        return Effect().persist(events).thenRun((LegacyState stored) -> endedMetrics.record(stored, events));
    }

    private Effect<LegacyEvent, LegacyState> onCopiesEnded(LegacyState state, CopiesEnded ended) {
        Map<UUID, List<CopyOutcome>> byAssignment = new LinkedHashMap<>();
        for (CopyOutcome outcome : ended.outcomes()) {
            byAssignment
                    .computeIfAbsent(outcome.order().assignmentId(), id -> new ArrayList<>())
                    .add(outcome);
        }
        List<LegacyEvent> events = new ArrayList<>();
        byAssignment.forEach((id, outcomes) -> events.add(tasksFinished(id, outcomes, clock.instant())));
        return persist(state, events).thenRun((LegacyState stored) -> {
            copies.markStored(ended.outcomes());
            byAssignment.keySet().stream().filter(state.open()::containsKey).forEach(id -> reportIfEnded(stored, id));
        });
    }

    private static LegacyEvent tasksFinished(UUID assignmentId, List<CopyOutcome> outcomes, Instant now) {
        Map<Integer, LegacyFailure> failures = new HashMap<>();
        outcomes.forEach(outcome -> LegacyOrders.failure(outcome)
                .ifPresent(failure -> failures.put(outcome.order().taskIndex(), failure)));
        return new LegacyEvent.LegacyTasksFinished(
                assignmentId,
                outcomes.stream().map(outcome -> outcome.order().taskIndex()).toList(),
                failures,
                Optional.of(now));
    }

    private void reportIfEnded(LegacyState stored, UUID assignmentId) {
        stored.ended().find(assignmentId).ifPresent(ended -> {
            metrics.recordAssignmentEnd(assignmentId);
            LOGGER.info(
                    "assignment={} ended: copies={} failed={}",
                    assignmentId,
                    ended.taskCount(),
                    ended.failed().size());
        });
    }

    @Override
    public EventHandler<LegacyState, LegacyEvent> eventHandler() {
        return LegacyState::apply;
    }

    @Override
    public SignalHandler<LegacyState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (state, signal) -> resume(state))
                .build();
    }

    /**
     * After a failed write, too, which has ended the timer. The copy engine has outlived the actor, and delivers again what the
     * actor had not stored.
     */
    private void resume(LegacyState state) {
        timers.startTimerWithFixedDelay(Expire.INSTANCE, Duration.ZERO, expiryInterval);
        copies.deliverTo(outcomes -> context.getSelf().tell(new CopiesEnded(outcomes)));
        endedMetrics.record(state, List.of());
        for (LegacyAssignment assignment : state.open().values()) {
            metrics.recordAssignmentStart(assignment.id());
            startCopies(assignment);
        }
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
