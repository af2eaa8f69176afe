package io.rebalancer.agent.legacy;

import io.rebalancer.agent.copy.CopyDone;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyQueue;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.legacy.LegacyAssignment;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyState;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.port.AssignmentService.Acceptance;
import io.rebalancer.core.port.AssignmentService.Deletion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assignments that an agent took over HTTP. Stored before they are acknowledged, resumed after a restart, kept until
 * somebody deletes them.
 */
public final class LegacyAssignments extends EventSourcedBehavior<LegacyAssignments.Command, LegacyEvent, LegacyState> {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyAssignments.class);
    private static final int SNAPSHOT_EVERY = 200;

    /** What can be asked. */
    public sealed interface Command {}

    record Accept(UUID id, List<LegacyTask> tasks, ActorRef<Acceptance> replyTo) implements Command {}

    record Find(UUID id, ActorRef<Optional<LegacyAssignment>> replyTo) implements Command {}

    record Delete(UUID id, ActorRef<Deletion> replyTo) implements Command {}

    private record CopiesDone(List<CopyDone> done) implements Command {}

    private final AgentSettings settings;
    private final CopyMetrics metrics;
    private final CopyQueue desk;

    /** @param copies opens the desk that carries copies out */
    public static Behavior<Command> create(AgentSettings settings, CopyQueue.Factory copies, CopyMetrics metrics) {
        return Behaviors.setup(context -> new LegacyAssignments(
                settings, metrics, copies.open(done -> context.getSelf().tell(new CopiesDone(done)))));
    }

    private LegacyAssignments(AgentSettings settings, CopyMetrics metrics, CopyQueue desk) {
        super(
                PersistenceId.of("LegacyAssignments", settings.storageNode().text()),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(20), 0.2));
        this.settings = settings;
        this.metrics = metrics;
        this.desk = desk;
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
                .onCommand(CopiesDone.class, this::onCopiesDone)
                .build();
    }

    private Effect<LegacyEvent, LegacyState> onAccept(LegacyState state, Accept accept) {
        if (state.assignments().containsKey(accept.id())) {
            return answer(accept.replyTo(), Acceptance.EXISTS);
        }
        if (state.scheduled() >= settings.maxAssignments()) {
            return answer(accept.replyTo(), Acceptance.BUSY);
        }
        List<LegacyEvent> events = new ArrayList<>();
        events.add(new LegacyEvent.LegacyAssigned(accept.id(), accept.tasks()));
        Map<Integer, LegacyFailure> impossible = impossible(accept.id(), accept.tasks());
        if (!impossible.isEmpty()) {
            events.add(new LegacyEvent.LegacyTasksFinished(accept.id(), List.copyOf(impossible.keySet()), impossible));
        }
        return Effect().persist(events).thenRun((LegacyState stored) -> {
            Optional.ofNullable(stored.assignments().get(accept.id())).ifPresent(this::order);
            accept.replyTo().tell(Acceptance.ACCEPTED);
        });
    }

    private <T> Effect<LegacyEvent, LegacyState> answer(ActorRef<T> replyTo, T answer) {
        return Effect().none().thenRun((LegacyState same) -> replyTo.tell(answer));
    }

    private static Map<Integer, LegacyFailure> impossible(UUID id, List<LegacyTask> tasks) {
        Map<Integer, LegacyFailure> failures = new HashMap<>();
        for (int place = 0; place < tasks.size(); place++) {
            int at = place;
            LegacyOrders.parse(id, place, tasks.get(place)).failure().ifPresent(failure -> failures.put(at, failure));
        }
        return failures;
    }

    private void order(LegacyAssignment assignment) {
        metrics.began(assignment.id());
        for (int place : assignment.open()) {
            LegacyOrders.parse(assignment.id(), place, assignment.tasks().get(place))
                    .order()
                    .ifPresent(desk::take);
        }
    }

    private Effect<LegacyEvent, LegacyState> onFind(LegacyState state, Find find) {
        return answer(find.replyTo(), Optional.ofNullable(state.assignments().get(find.id())));
    }

    private Effect<LegacyEvent, LegacyState> onDelete(LegacyState state, Delete delete) {
        LegacyAssignment found = state.assignments().get(delete.id());
        if (found == null) {
            return answer(delete.replyTo(), Deletion.UNKNOWN);
        }
        if (!found.complete()) {
            return answer(delete.replyTo(), Deletion.NOT_COMPLETE);
        }
        return Effect()
                .persist(new LegacyEvent.LegacyDeleted(delete.id()))
                .thenRun((LegacyState stored) -> delete.replyTo().tell(Deletion.DELETED));
    }

    private Effect<LegacyEvent, LegacyState> onCopiesDone(LegacyState state, CopiesDone copies) {
        Map<UUID, List<CopyDone>> byAssignment = new LinkedHashMap<>();
        for (CopyDone done : copies.done()) {
            desk.finished(done.order());
            byAssignment
                    .computeIfAbsent(done.order().assignmentId(), id -> new ArrayList<>())
                    .add(done);
        }
        List<LegacyEvent> events = new ArrayList<>();
        byAssignment.forEach((id, done) -> {
            Map<Integer, LegacyFailure> failures = new HashMap<>();
            done.forEach(each -> LegacyOrders.failure(each)
                    .ifPresent(failure -> failures.put(each.order().place(), failure)));
            events.add(new LegacyEvent.LegacyTasksFinished(
                    id, done.stream().map(each -> each.order().place()).toList(), failures));
        });
        return Effect()
                .persist(events)
                .thenRun((LegacyState stored) -> byAssignment.keySet().stream()
                        .filter(id -> Optional.ofNullable(stored.assignments().get(id))
                                .map(LegacyAssignment::complete)
                                .orElse(false))
                        .forEach(metrics::ended));
    }

    private void tellEnd(LegacyAssignment assignment) {
        metrics.ended(assignment.id());
        LOGGER.info(
                "assignment={} copies={} failed={}",
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
                .onSignal(
                        RecoveryCompleted.class,
                        (state, signal) -> state.assignments().values().forEach(this::order))
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
