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
import io.rebalancer.core.legacy.LegacyState;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.port.AssignmentService.Acceptance;
import io.rebalancer.core.port.AssignmentService.Deletion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assignments that an agent accepted over the legacy HTTP API. Each assignment is stored before it is acknowledged,
 * resumed after a restart, and kept until its manager deletes it.
 */
public final class LegacyAssignments extends EventSourcedBehavior<LegacyAssignments.Command, LegacyEvent, LegacyState> {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyAssignments.class);
    private static final int SNAPSHOT_EVERY = 200;

    /** The commands of this actor. */
    public sealed interface Command {}

    record Accept(UUID id, List<LegacyTask> tasks, ActorRef<Acceptance> replyTo) implements Command {}

    record Find(UUID id, ActorRef<Optional<LegacyAssignment>> replyTo) implements Command {}

    record Delete(UUID id, ActorRef<Deletion> replyTo) implements Command {}

    private record CopiesEnded(List<CopyOutcome> outcomes) implements Command {}

    private final AgentSettings settings;
    private final CopyMetrics metrics;
    private final ActorContext<Command> context;
    private final CopyClient copies;

    /** @param copies the copy engine, for the orders of legacy managers */
    public static Behavior<Command> create(AgentSettings settings, CopyClient copies, CopyMetrics metrics) {
        return Behaviors.setup(context -> new LegacyAssignments(context, settings, metrics, copies));
    }

    private LegacyAssignments(
            ActorContext<Command> context, AgentSettings settings, CopyMetrics metrics, CopyClient copies) {
        super(PersistenceId.of("LegacyAssignments", settings.storageNode().text()), PersistentEntities.restart());
        this.settings = settings;
        this.metrics = metrics;
        this.context = context;
        this.copies = copies;
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
                .build();
    }

    private Effect<LegacyEvent, LegacyState> onAccept(LegacyState state, Accept accept) {
        if (state.assignments().containsKey(accept.id())) {
            return reply(accept.replyTo(), Acceptance.EXISTS);
        }
        if (copies.gate() != CopyGate.OPEN || state.scheduled() >= settings.maxAssignments()) {
            return reply(accept.replyTo(), Acceptance.BUSY);
        }
        List<LegacyEvent> events = new ArrayList<>();
        events.add(new LegacyEvent.LegacyAssigned(accept.id(), accept.tasks()));
        Map<Integer, LegacyFailure> failures = parseFailures(accept.id(), accept.tasks());
        if (!failures.isEmpty()) {
            events.add(new LegacyEvent.LegacyTasksFinished(accept.id(), List.copyOf(failures.keySet()), failures));
        }
        return Effect().persist(events).thenRun((LegacyState stored) -> {
            Optional.ofNullable(stored.assignments().get(accept.id())).ifPresent(assignment -> {
                startCopies(assignment);
                reportIfComplete(assignment);
            });
            accept.replyTo().tell(Acceptance.ACCEPTED);
        });
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
        metrics.recordAssignmentStart(assignment.id());
        for (int taskIndex : assignment.openTasks()) {
            LegacyOrders.parse(assignment.id(), taskIndex, assignment.tasks().get(taskIndex))
                    .order()
                    .ifPresent(copies::submit);
        }
    }

    private Effect<LegacyEvent, LegacyState> onFind(LegacyState state, Find find) {
        return reply(find.replyTo(), Optional.ofNullable(state.assignments().get(find.id())));
    }

    private Effect<LegacyEvent, LegacyState> onDelete(LegacyState state, Delete delete) {
        LegacyAssignment assignment = state.assignments().get(delete.id());
        if (assignment == null) {
            return reply(delete.replyTo(), Deletion.UNKNOWN);
        }
        if (!assignment.complete()) {
            return reply(delete.replyTo(), Deletion.NOT_COMPLETE);
        }
        return Effect()
                .persist(new LegacyEvent.LegacyDeleted(delete.id()))
                .thenRun((LegacyState stored) -> delete.replyTo().tell(Deletion.DELETED));
    }

    private Effect<LegacyEvent, LegacyState> onCopiesEnded(LegacyState state, CopiesEnded ended) {
        Map<UUID, List<CopyOutcome>> byAssignment = new LinkedHashMap<>();
        for (CopyOutcome outcome : ended.outcomes()) {
            byAssignment
                    .computeIfAbsent(outcome.order().assignmentId(), id -> new ArrayList<>())
                    .add(outcome);
        }
        List<LegacyEvent> events = new ArrayList<>();
        byAssignment.forEach((id, outcomes) -> events.add(tasksFinished(id, outcomes)));
        return Effect().persist(events).thenRun((LegacyState stored) -> {
            copies.markStored(ended.outcomes());
            byAssignment.keySet().stream()
                    .filter(id -> !isComplete(state, id))
                    .flatMap(id -> Optional.ofNullable(stored.assignments().get(id)).stream())
                    .forEach(this::reportIfComplete);
        });
    }

    private static boolean isComplete(LegacyState state, UUID assignmentId) {
        LegacyAssignment assignment = state.assignments().get(assignmentId);
        return assignment != null && assignment.complete();
    }

    private static LegacyEvent tasksFinished(UUID assignmentId, List<CopyOutcome> outcomes) {
        Map<Integer, LegacyFailure> failures = new HashMap<>();
        outcomes.forEach(outcome -> LegacyOrders.failure(outcome)
                .ifPresent(failure -> failures.put(outcome.order().taskIndex(), failure)));
        return new LegacyEvent.LegacyTasksFinished(
                assignmentId,
                outcomes.stream().map(outcome -> outcome.order().taskIndex()).toList(),
                failures);
    }

    private void reportIfComplete(LegacyAssignment assignment) {
        if (!assignment.complete()) {
            return;
        }
        metrics.recordAssignmentEnd(assignment.id());
        LOGGER.info(
                "assignment={} ended: copies={} failed={}",
                assignment.id(),
                assignment.tasks().size(),
                assignment.failures().size());
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

    /** The copy engine has outlived the actor, and delivers again what the actor had not stored. */
    private void resume(LegacyState state) {
        copies.deliverTo(outcomes -> context.getSelf().tell(new CopiesEnded(outcomes)));
        state.assignments().values().stream()
                .filter(assignment -> !assignment.complete())
                .forEach(this::startCopies);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
