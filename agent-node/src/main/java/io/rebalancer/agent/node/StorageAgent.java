package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyDone;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyOrder;
import io.rebalancer.agent.copy.CopyQueue;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.MemberPresence;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The agent of one storage node. It promises copies only once the promise is stored, makes those that a restart left
 * open, and says what became of them until the job has heard it.
 */
public final class StorageAgent extends EventSourcedBehavior<AgentMessage, AgentEvent, AgentState> {
    private static final Duration REPORT_AGAIN = Duration.ofSeconds(5);
    private static final int SNAPSHOT_EVERY = 200;

    /** Copies that ended; told by the pipeline. */
    private record CopiesDone(List<CopyDone> done) implements AgentMessage {}

    private enum ReportAgain implements AgentMessage {
        INSTANCE
    }

    private final StorageNodeId node;
    private final AgentSettings settings;
    private final ActorContext<AgentMessage> context;
    private final Clock clock = Clock.systemUTC();
    private final FreeSpaceMonitor room;
    private final CopyMetrics metrics;
    private final CopyQueue desk;
    private final MemberPresence presence;

    /** @param copies makes the desk that carries copies out; given what to call with their results */
    public static Behavior<AgentMessage> create(
            AgentSettings settings, CopyQueue.Factory copies, FreeSpaceMonitor room, CopyMetrics metrics) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(ReportAgain.INSTANCE, REPORT_AGAIN);
            return new StorageAgent(
                    settings,
                    context,
                    room,
                    metrics,
                    copies.open(done -> context.getSelf().tell(new CopiesDone(done))));
        }));
    }

    private StorageAgent(
            AgentSettings settings,
            ActorContext<AgentMessage> context,
            FreeSpaceMonitor room,
            CopyMetrics metrics,
            CopyQueue desk) {
        super(
                PersistenceId.of(
                        Entities.STORAGE_AGENT.name(), settings.storageNode().text()),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(20), 0.2));
        this.node = settings.storageNode();
        this.settings = settings;
        this.context = context;
        this.room = room;
        this.metrics = metrics;
        this.desk = desk;
        this.presence = new MemberPresence(context.getSystem());
    }

    @Override
    public AgentState emptyState() {
        return AgentState.EMPTY;
    }

    @Override
    public CommandHandler<AgentMessage, AgentEvent, AgentState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(AgentMessage.Order.class, this::onOrder)
                .onCommand(AgentMessage.Wake.class, (state, wake) -> Effect().none())
                .onCommand(CopiesDone.class, this::onCopiesDone)
                .onCommand(ReportAgain.class, (state, again) -> onReportAgain(state))
                .build();
    }

    /** Who gives orders of a fenced incarnation is not answered: what is said to the job reaches the present one. */
    private Effect<AgentEvent, AgentState> onOrder(AgentState state, AgentMessage.Order order) {
        FencingToken token = order.token();
        Optional<Long> fence = state.fences(token);
        if (fence.isPresent()) {
            metrics.fenced();
            context.getLog()
                    .warn(
                            "job={} assignment={} refused: it is ordered with epoch {}, and epoch {} has begun",
                            token.jobId(),
                            order.assignmentId(),
                            token.epoch(),
                            fence.get());
            return Effect().none();
        }
        List<AgentEvent> heardOf =
                state.heardOf(token, clock.instant()).stream().toList();
        return order instanceof AgentMessage.Release release
                ? onRelease(state, release, heardOf)
                : onAssign(state, (AgentMessage.Assign) order, heardOf);
    }

    private Effect<AgentEvent, AgentState> onAssign(
            AgentState state, AgentMessage.Assign assign, List<AgentEvent> heardOf) {
        UUID jobId = assign.token().jobId();
        Assignment assignment = assign.assignment();
        HeldAssignment held = state.held().get(assignment.id());
        if (held != null) {
            return Effect().persist(heardOf).thenRun((AgentState stored) -> answer(held));
        }
        if (!assignment.destination().storageNode().equals(node)) {
            return refuse(assign, Reason.ASSIGNMENT_REJECTED, "this is the agent of " + node);
        }
        if (state.held().size() >= settings.maxAssignments()) {
            return refuse(
                    assign, Reason.AGENT_BUSY, node + " holds " + settings.maxAssignments() + " assignments already");
        }
        long promised = state.held().values().stream()
                .mapToLong(StorageAgent::openBytes)
                .sum();
        long wanted = assignment.tasks().stream().mapToLong(CopyTask::sizeBytes).sum();
        if (wanted > room.availableBytes() - promised) {
            return refuse(
                    assign,
                    Reason.DESTINATION_INSUFFICIENT_SPACE,
                    node + " has room for " + Math.max(0, room.availableBytes() - promised) + " bytes more, not for "
                            + wanted + "; its limits are at /api/v1/agent");
        }
        List<AgentEvent> events = new ArrayList<>(heardOf);
        events.add(new AgentEvent.AssignmentAccepted(jobId, assignment));
        return Effect().persist(events).thenRun((AgentState stored) -> {
            stored.held(assignment.id()).ifPresent(this::order);
            tell(jobId, new JobMessage.AssignmentAccepted(assignment.id()));
        });
    }

    private static long openBytes(HeldAssignment held) {
        return held.openTasks().stream().mapToLong(CopyTask::sizeBytes).sum();
    }

    private void order(HeldAssignment held) {
        UUID id = held.assignment().id();
        metrics.began(id);
        for (CopyTask task : held.openTasks()) {
            desk.take(CopyOrder.of(id, held.assignment().tasks().indexOf(task), task));
        }
    }

    private Effect<AgentEvent, AgentState> refuse(AgentMessage.Assign assign, Reason reason, String detail) {
        tell(
                assign.token().jobId(),
                new JobMessage.AssignmentRefused(assign.assignment().id(), reason, detail));
        return Effect().none();
    }

    private Effect<AgentEvent, AgentState> onCopiesDone(AgentState state, CopiesDone copies) {
        Map<UUID, List<TaskResult>> byAssignment = new LinkedHashMap<>();
        for (CopyDone done : copies.done()) {
            desk.finished(done.order());
            if (state.held().containsKey(done.order().assignmentId())) {
                byAssignment
                        .computeIfAbsent(done.order().assignmentId(), id -> new ArrayList<>())
                        .add(done.result());
            }
        }
        List<AgentEvent> events = new ArrayList<>();
        byAssignment.forEach((id, results) -> events.add(new AgentEvent.TasksFinished(id, results)));
        return Effect()
                .persist(events)
                .thenRun((AgentState stored) -> byAssignment.keySet().stream()
                        .map(id -> stored.held().get(id))
                        .filter(HeldAssignment::finished)
                        .forEach(held -> {
                            metrics.ended(held.assignment().id());
                            tellEnd(held);
                            answer(held);
                        }));
    }

    private void tellEnd(HeldAssignment held) {
        context.getLog()
                .info(
                        "job={} assignment={} copies={} failed={} bytes={}",
                        held.jobId(),
                        held.assignment().id(),
                        held.assignment().tasks().size(),
                        held.failures().size(),
                        held.results().values().stream()
                                .mapToLong(TaskResult::bytes)
                                .sum());
    }

    private Effect<AgentEvent, AgentState> onRelease(
            AgentState state, AgentMessage.Release release, List<AgentEvent> heardOf) {
        HeldAssignment held = state.held().get(release.assignmentId());
        if (held == null) {
            return Effect().persist(heardOf);
        }
        desk.discard(UnwantedCopies.of(state, held, release.unwanted()));
        List<AgentEvent> events = new ArrayList<>(heardOf);
        events.add(new AgentEvent.AssignmentReleased(release.assignmentId()));
        return Effect().persist(events);
    }

    private Effect<AgentEvent, AgentState> onReportAgain(AgentState state) {
        state.held().values().stream().filter(HeldAssignment::finished).forEach(this::answer);
        return Effect().none();
    }

    private void answer(HeldAssignment held) {
        UUID id = held.assignment().id();
        tell(
                held.jobId(),
                held.finished()
                        ? new JobMessage.CopiesReported(id, node, held.failures())
                        : new JobMessage.AssignmentAccepted(id));
    }

    /** Without a manager nothing is said: it is said again later. */
    private void tell(UUID jobId, JobMessage message) {
        if (!presence.isReachable(Roles.MANAGER)) {
            return;
        }
        ClusterSharding.get(context.getSystem())
                .entityRefFor(Entities.EVACUATE_JOB, jobId.toString())
                .tell(message);
    }

    @Override
    public EventHandler<AgentState, AgentEvent> eventHandler() {
        return AgentState::apply;
    }

    @Override
    public SignalHandler<AgentState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (state, signal) -> resume(state))
                .build();
    }

    private void resume(AgentState state) {
        long open = 0;
        for (HeldAssignment held : state.held().values()) {
            order(held);
            open += held.openTasks().size();
        }
        context.getLog()
                .info(
                        "agent={} assignments={} open-copies={}",
                        node,
                        state.held().size(),
                        open);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
