package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyClient;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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

/**
 * The agent of one storage node. It stores each assignment before it acknowledges it, and resumes open copies after a
 * restart. It reports the outcome repeatedly until the job releases the assignment.
 */
public final class StorageAgent extends EventSourcedBehavior<AgentMessage, AgentEvent, AgentState> {
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
    private static final int SNAPSHOT_EVERY = 200;

    /** The copy engine sends this when copies have ended. */
    private record CopiesEnded(List<CopyOutcome> outcomes) implements AgentMessage {}

    /** Nothing of the copies that a job does not want is left, or in progress. */
    private record UnwantedRemoved(UUID jobId, UUID assignmentId) implements AgentMessage {}

    /** Nothing is written for a job any more that its incarnation {@code epoch} paused. */
    private record JobIsQuiet(UUID jobId, long epoch) implements AgentMessage {}

    private enum ResendReports implements AgentMessage {
        INSTANCE
    }

    private final StorageNodeId node;
    private final AgentSettings settings;
    private final ActorContext<AgentMessage> context;
    private final TimerScheduler<AgentMessage> timers;
    private final Clock clock = Clock.systemUTC();
    private final FreeSpaceMonitor freeSpace;
    private final CopyMetrics metrics;
    private final AssignmentCopies copies;
    /** Assignments whose unwanted copies are being removed. */
    private final Set<UUID> releasing = new HashSet<>();

    private final JobReplies replies;
    private final OperatorRequests operators;
    private final InventoryRequests inventory;

    /**
     * @param copies the copy engine, for the orders of the cluster
     * @param control status, limits and gate, for the operators that reach the agent through a manager
     * @param inventory what reconciliation runs ask and order
     */
    public static Behavior<AgentMessage> create(
            AgentSettings settings,
            CopyClient copies,
            FreeSpaceMonitor freeSpace,
            CopyMetrics metrics,
            AgentControl control,
            InventoryRequests inventory) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new StorageAgent(
                settings, context, timers, freeSpace, metrics, copies, new OperatorRequests(control), inventory)));
    }

    private StorageAgent(
            AgentSettings settings,
            ActorContext<AgentMessage> context,
            TimerScheduler<AgentMessage> timers,
            FreeSpaceMonitor freeSpace,
            CopyMetrics metrics,
            CopyClient copies,
            OperatorRequests operators,
            InventoryRequests inventory) {
        super(
                PersistenceId.of(
                        Entities.STORAGE_AGENT.name(), settings.storageNode().text()),
                PersistentEntities.restart());
        this.node = settings.storageNode();
        this.settings = settings;
        this.context = context;
        this.timers = timers;
        this.freeSpace = freeSpace;
        this.metrics = metrics;
        this.copies = new AssignmentCopies(copies, metrics);
        this.replies = new JobReplies(node, context.getSystem());
        this.operators = operators;
        this.inventory = inventory;
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
                .onCommand(AgentMessage.AskClock.class, (state, ask) -> onAskClock(ask))
                .onCommand(CopiesEnded.class, this::onCopiesEnded)
                .onCommand(UnwantedRemoved.class, this::onUnwantedRemoved)
                .onCommand(JobIsQuiet.class, this::onJobIsQuiet)
                .onCommand(AgentMessage.DropHeld.class, this::onDropHeld)
                .onCommand(AgentMessage.OperatorRequest.class, this::onOperatorRequest)
                .onCommand(InventoryMessage.Request.class, (state, request) -> onInventoryRequest(request))
                .onCommand(ResendReports.class, (state, resend) -> onResendReports(state))
                .build();
    }

    private Effect<AgentEvent, AgentState> onInventoryRequest(InventoryMessage.Request request) {
        inventory.answer(request);
        return Effect().none();
    }

    private Effect<AgentEvent, AgentState> onAskClock(AgentMessage.AskClock ask) {
        ask.replyTo().tell(new AgentMessage.ClockReported(node, clock.instant()));
        return Effect().none();
    }

    /**
     * The answer to an order with a stale epoch reaches the current incarnation of the job, which ignores it if its epoch is
     * the known one or a later one.
     */
    private Effect<AgentEvent, AgentState> onOrder(AgentState state, AgentMessage.Order order) {
        FencingToken token = order.token();
        Optional<Long> fence = state.fencingEpoch(token);
        boolean needsFence = !(order instanceof AgentMessage.Release release
                && state.mayReleaseWithoutFence(release.assignmentId(), release.unwanted()));
        if (fence.isPresent() && needsFence) {
            metrics.recordFencedOrder();
            context.getLog()
                    .warn(
                            "job={} {} of {} refused: its epoch {} is stale, the job's current epoch is {}",
                            token.jobId(),
                            order.getClass().getSimpleName(),
                            order.about(),
                            token.epoch(),
                            fence.get());
            replies.refuseAsFenced(order, fence.get());
            return Effect().none();
        }
        List<AgentEvent> epochEvents =
                state.raiseEpoch(token, clock.instant()).stream().toList();
        if (order instanceof AgentMessage.PauseJob) {
            return onPauseJob(state, token, epochEvents);
        }
        return order instanceof AgentMessage.Release release
                ? onRelease(state, release, epochEvents)
                : onAssign(state, (AgentMessage.Assign) order, epochEvents);
    }

    private Effect<AgentEvent, AgentState> onAssign(
            AgentState state, AgentMessage.Assign assign, List<AgentEvent> epochEvents) {
        UUID jobId = assign.token().jobId();
        Assignment assignment = assign.assignment();
        if (state.isPausedFor(assign.token())) {
            // It was sent before the pause.
            return refuse(assign, Reason.AGENT_BUSY, "job " + jobId + " is paused");
        }
        HeldAssignment held = state.held().get(assignment.id());
        if (held != null) {
            return continueJob(state, jobId, epochEvents).thenRun((AgentState stored) -> replies.report(held));
        }
        if (!assignment.destination().storageNode().equals(node)) {
            return refuse(assign, Reason.ASSIGNMENT_REJECTED, "this is the agent of " + node);
        }
        if (copies.gate() != CopyGate.OPEN) {
            return refuse(
                    assign,
                    Reason.AGENT_BUSY,
                    node + " starts no copies: its gate is " + copies.gate()
                            + "; PUT /api/v1/agent/gate of its agent opens it");
        }
        if (state.held().size() >= settings.maxAssignments()) {
            return refuse(
                    assign, Reason.AGENT_BUSY, node + " already holds " + settings.maxAssignments() + " assignments");
        }
        long promisedBytes = state.held().values().stream()
                .mapToLong(StorageAgent::openBytes)
                .sum();
        long requestedBytes =
                assignment.tasks().stream().mapToLong(CopyTask::sizeBytes).sum();
        long remainingBytes = freeSpace.availableBytes() - promisedBytes;
        if (requestedBytes > remainingBytes) {
            return refuse(
                    assign,
                    Reason.DESTINATION_INSUFFICIENT_SPACE,
                    node + " has space for " + Math.max(0, remainingBytes) + " more bytes, not for " + requestedBytes
                            + "; its limits are at /api/v1/agent");
        }
        List<AgentEvent> events = new ArrayList<>(epochEvents);
        events.add(new AgentEvent.AssignmentAccepted(jobId, assignment));
        return continueJob(state, jobId, events).thenRun((AgentState stored) -> {
            // Before a copy finds the file: a file of a held assignment is not moved away.
            inventory.held().update(stored);
            stored.held(assignment.id()).ifPresent(accepted -> copies.start(stored, accepted));
            replies.accept(jobId, assignment.id());
        });
    }

    /** Stores events, and ends the pause of the job if there is one: all of its copies are ordered again. */
    private EffectBuilder<AgentEvent, AgentState> continueJob(AgentState state, UUID jobId, List<AgentEvent> others) {
        List<AgentEvent> events = new ArrayList<>(others);
        Optional<AgentEvent> continued = state.continueJob(jobId);
        continued.ifPresent(events::add);
        return Effect().persist(events).thenRun((AgentState stored) -> {
            if (continued.isPresent()) {
                context.getLog().info("job={} continues", jobId);
                copies.startAll(stored, jobId);
            }
        });
    }

    /** Confirmed each time, when nothing of the job is in progress. The pause is stored first, so that a restart keeps it. */
    private Effect<AgentEvent, AgentState> onPauseJob(
            AgentState state, FencingToken token, List<AgentEvent> epochEvents) {
        List<AgentEvent> events = new ArrayList<>(epochEvents);
        state.pause(token).ifPresent(events::add);
        return Effect()
                .persist(events)
                .thenRun((AgentState stored) -> copies.suspend(stored, token.jobId())
                        .thenRun(() -> context.getSelf().tell(new JobIsQuiet(token.jobId(), token.epoch()))));
    }

    /** The job may have been continued meanwhile. */
    private Effect<AgentEvent, AgentState> onJobIsQuiet(AgentState state, JobIsQuiet quiet) {
        if (state.isPausedFor(new FencingToken(quiet.jobId(), quiet.epoch()))) {
            context.getLog().info("job={} paused: nothing is written for it", quiet.jobId());
            replies.confirmPause(quiet.jobId(), quiet.epoch());
        }
        return Effect().none();
    }

    private static long openBytes(HeldAssignment held) {
        return held.openTasks().stream().mapToLong(CopyTask::sizeBytes).sum();
    }

    private Effect<AgentEvent, AgentState> refuse(AgentMessage.Assign assign, Reason reason, String detail) {
        replies.refuse(assign, reason, detail);
        return Effect().none();
    }

    private Effect<AgentEvent, AgentState> onCopiesEnded(AgentState state, CopiesEnded ended) {
        Map<UUID, List<TaskResult>> byAssignment = new LinkedHashMap<>();
        for (CopyOutcome outcome : ended.outcomes()) {
            UUID id = outcome.order().assignmentId();
            if (state.held().containsKey(id) && !releasing.contains(id)) {
                byAssignment.computeIfAbsent(id, each -> new ArrayList<>()).add(outcome.result());
            } else {
                copies.discardLate(state, outcome);
            }
        }
        List<AgentEvent> events = new ArrayList<>();
        byAssignment.forEach((id, results) -> events.add(new AgentEvent.TasksFinished(id, results)));
        return Effect().persist(events).thenRun((AgentState stored) -> {
            copies.markStored(ended.outcomes());
            byAssignment.keySet().stream()
                    .flatMap(id -> stored.held(id).stream())
                    .filter(HeldAssignment::finished)
                    .forEach(held -> {
                        metrics.recordAssignmentEnd(held.assignment().id());
                        logEnd(held);
                        replies.report(held);
                    });
        });
    }

    private void logEnd(HeldAssignment held) {
        context.getLog()
                .info(
                        "job={} assignment={} ended: copies={} failed={} bytes={}",
                        held.jobId(),
                        held.assignment().id(),
                        held.assignment().tasks().size(),
                        held.failures().size(),
                        held.results().values().stream()
                                .mapToLong(TaskResult::bytes)
                                .sum());
    }

    /**
     * The job repeats the release until it is acknowledged, so an assignment that is not held was released before. The
     * release is stored after the unwanted copies are gone, so after a crash the repeated release removes them.
     */
    private Effect<AgentEvent, AgentState> onRelease(
            AgentState state, AgentMessage.Release release, List<AgentEvent> epochEvents) {
        UUID jobId = release.token().jobId();
        UUID id = release.assignmentId();
        HeldAssignment held = state.held().get(id);
        if (held == null) {
            return Effect().persist(epochEvents).thenRun((AgentState stored) -> replies.acknowledgeRelease(jobId, id));
        }
        boolean discards = AssignmentCopies.needsDiscard(state, held, release.unwanted());
        if (!discards && !releasing.contains(id)) {
            List<AgentEvent> events = new ArrayList<>(epochEvents);
            events.add(new AgentEvent.AssignmentReleased(id));
            return Effect().persist(events).thenRun((AgentState stored) -> {
                inventory.held().update(stored);
                replies.acknowledgeRelease(jobId, id);
            });
        }
        if (releasing.add(id)) {
            copies.discard(state, held, release.unwanted())
                    .thenRun(() -> context.getSelf().tell(new UnwantedRemoved(jobId, id)));
        }
        return Effect().persist(epochEvents);
    }

    private Effect<AgentEvent, AgentState> onUnwantedRemoved(AgentState state, UnwantedRemoved removed) {
        UUID id = removed.assignmentId();
        releasing.remove(id);
        List<AgentEvent> events =
                state.held().containsKey(id) ? List.of(new AgentEvent.AssignmentReleased(id)) : List.of();
        return Effect().persist(events).thenRun((AgentState stored) -> {
            inventory.held().update(stored);
            metrics.recordAssignmentEnd(id);
            replies.acknowledgeRelease(removed.jobId(), id);
        });
    }

    private Effect<AgentEvent, AgentState> onOperatorRequest(AgentState state, AgentMessage.OperatorRequest request) {
        operators.answer(state, request);
        return Effect().none();
    }

    private Effect<AgentEvent, AgentState> onDropHeld(AgentState state, AgentMessage.DropHeld drop) {
        HeldAssignment held = state.held().get(drop.assignmentId());
        if (held == null || (!held.finished() && !drop.force())) {
            HeldAssignments.Drop refusal =
                    held == null ? HeldAssignments.Drop.UNKNOWN : HeldAssignments.Drop.IN_PROGRESS;
            return Effect()
                    .none()
                    .thenRun((AgentState same) -> drop.replyTo().tell(new AgentMessage.DropDecided(refusal)));
        }
        return Effect()
                .persist(new AgentEvent.AssignmentReleased(drop.assignmentId()))
                .thenRun((AgentState stored) -> {
                    inventory.held().update(stored);
                    copies.cancel(drop.assignmentId());
                    metrics.recordAssignmentEnd(drop.assignmentId());
                    context.getLog()
                            .warn(
                                    "job={} assignment={} dropped by an operator; these copies stay, and may be orphans: {}",
                                    held.jobId(),
                                    drop.assignmentId(),
                                    held.results().keySet().stream()
                                            .filter(held::created)
                                            .toList());
                    drop.replyTo().tell(new AgentMessage.DropDecided(HeldAssignments.Drop.DROPPED));
                });
    }

    private Effect<AgentEvent, AgentState> onResendReports(AgentState state) {
        state.held().values().stream().filter(HeldAssignment::finished).forEach(replies::report);
        return Effect().none();
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

    /**
     * After a failed write, too, which has ended the timer. The copy engine has outlived the actor, and delivers again what the
     * actor had not stored.
     */
    private void resume(AgentState state) {
        timers.startTimerWithFixedDelay(ResendReports.INSTANCE, REPORT_INTERVAL);
        releasing.clear();
        inventory.held().update(state);
        copies.deliverTo(outcomes -> context.getSelf().tell(new CopiesEnded(outcomes)));
        long openCopies = 0;
        for (HeldAssignment held : state.held().values()) {
            copies.start(state, held);
            openCopies += held.openTasks().size();
        }
        context.getLog()
                .info(
                        "agent={} resumed: assignments={} open-copies={}",
                        node,
                        state.held().size(),
                        openCopies);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2).withDeleteEventsOnSnapshot();
    }
}
