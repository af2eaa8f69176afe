package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.settings.RunScheduleSettings;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleEvent;
import io.rebalancer.core.reconcile.ScheduleRules;
import io.rebalancer.core.reconcile.ScheduleState;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
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
 * The runs of reconciliation that have not ended, the rule that only one run at a time compares a storage node, and the runs that
 * begin at cron times. A cluster singleton. Every few seconds it sends {@code CreateRun} again to each run, so a run starts even
 * if the manager that registered it crashed, and its end is known even if the run's own report was lost. The audit log gets the
 * end of each run; that is repeated until it is stored.
 */
public final class ReconciliationSchedule extends EventSourcedBehavior<ScheduleMessage, ScheduleEvent, ScheduleState> {
    private static final PersistenceId ID = PersistenceId.ofUniqueId(Entities.RECONCILIATION_SCHEDULE_ID);
    private static final int SNAPSHOT_EVERY = 100;
    private static final Duration REVIEW_INTERVAL = Duration.ofSeconds(10);

    private record RunAnswered(UUID runId, ReconcileMessage.RunFound reply) implements ScheduleMessage {}

    private record RunSilent(UUID runId) implements ScheduleMessage {}

    private record FleetFound(List<StorageNodeId> nodes) implements ScheduleMessage {}

    private record FleetUnknown(String why) implements ScheduleMessage {}

    private enum Review implements ScheduleMessage {
        INSTANCE
    }

    private final ActorContext<ScheduleMessage> context;
    private final TimerScheduler<ScheduleMessage> timers;
    private final ScheduleResources resources;
    private final Duration reviewInterval;
    private final RunTimes times;
    private final RareWarning fleetWarning = new RareWarning();
    private final EndRecorder ends;
    private Optional<String> fleetFault = Optional.empty();
    private boolean asksForFleet;

    /** A schedule that sends its messages every 10 seconds. */
    public static Behavior<ScheduleMessage> create(ScheduleResources resources) {
        return create(resources, REVIEW_INTERVAL);
    }

    /** @param reviewInterval how often it sends {@code CreateRun} to the runs that have not ended, and looks at the clock */
    static Behavior<ScheduleMessage> create(ScheduleResources resources, Duration reviewInterval) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new ReconciliationSchedule(context, timers, resources, reviewInterval)));
    }

    private ReconciliationSchedule(
            ActorContext<ScheduleMessage> context,
            TimerScheduler<ScheduleMessage> timers,
            ScheduleResources resources,
            Duration reviewInterval) {
        super(ID, PersistentEntities.restart());
        this.context = context;
        this.timers = timers;
        this.resources = resources;
        this.reviewInterval = reviewInterval;
        this.times = new RunTimes(resources.settings());
        this.ends = new EndRecorder(
                context,
                resources.audit(),
                resources.clock(),
                reviewInterval,
                runId -> ask(runId, ReconcileMessage.GetRun::new));
    }

    @Override
    public ScheduleState emptyState() {
        return ScheduleState.EMPTY;
    }

    @Override
    public CommandHandler<ScheduleMessage, ScheduleEvent, ScheduleState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(ScheduleMessage.RegisterRun.class, this::onRegister)
                .onCommand(ScheduleMessage.RunEnded.class, this::onRunEnded)
                .onCommand(ScheduleMessage.AskSchedule.class, this::onAskSchedule)
                .onCommand(RunAnswered.class, this::onRunAnswered)
                .onCommand(RunSilent.class, (runs, silent) -> onRunSilent(silent))
                .onCommand(EndRecorder.EndAppended.class, this::onEndAppended)
                .onCommand(FleetFound.class, this::onFleetFound)
                .onCommand(FleetUnknown.class, (runs, unknown) -> onFleetUnknown(unknown))
                .onCommand(Review.class, (runs, review) -> onReview(runs))
                .build();
    }

    private Instant now() {
        return resources.clock().instant();
    }

    private Effect<ScheduleEvent, ScheduleState> onRegister(ScheduleState runs, ScheduleMessage.RegisterRun register) {
        ScheduleMessage.RunRegistered registered = new ScheduleMessage.RunRegistered(register.runId());
        if (runs.find(register.runId()).isPresent() || runs.hasEnded(register.runId())) {
            return Effect()
                    .none()
                    .thenRun((ScheduleState same) -> register.replyTo().tell(registered));
        }
        Optional<RunOrder> other = runs.busyWith(register.nodes());
        if (other.isPresent()) {
            StorageNodeId node = register.nodes().stream()
                    .filter(other.get().nodes()::contains)
                    .findFirst()
                    .orElseThrow();
            return Effect()
                    .none()
                    .thenRun((ScheduleState same) -> register.replyTo()
                            .tell(new ScheduleMessage.NodeBusy(other.get().id(), node)));
        }
        RunOrder order = order(runs, register);
        return Effect().persist(new ScheduleEvent.RunRegistered(order, now())).thenRun((ScheduleState stored) -> {
            start(order);
            register.replyTo().tell(registered);
        });
    }

    private static RunOrder order(ScheduleState runs, ScheduleMessage.RegisterRun register) {
        return new RunOrder(
                register.runId(),
                runs.lastNumber() + 1,
                register.mode(),
                register.nodes().stream().sorted().toList(),
                register.planId(),
                register.orderedBy(),
                register.acceptRoots() ? Map.of() : roots(runs, register.nodes()),
                register.readsContents(),
                register.repairs());
    }

    private static Map<StorageNodeId, String> roots(ScheduleState runs, List<StorageNodeId> nodes) {
        Map<StorageNodeId, String> roots = new HashMap<>();
        nodes.forEach(node -> Optional.ofNullable(runs.roots().get(node)).ifPresent(root -> roots.put(node, root)));
        return roots;
    }

    /** The run has its reports, so it is asked for them at once. */
    private Effect<ScheduleEvent, ScheduleState> onRunEnded(ScheduleState runs, ScheduleMessage.RunEnded ended) {
        runs.find(ended.runId()).ifPresent(this::start);
        return Effect().none();
    }

    private Effect<ScheduleEvent, ScheduleState> onAskSchedule(ScheduleState runs, ScheduleMessage.AskSchedule ask) {
        Set<UUID> needed = new HashSet<>(runs.unrecorded());
        runs.active().forEach(run -> {
            needed.add(run.id());
            run.planId().ifPresent(needed::add);
        });
        ask.replyTo()
                .tell(new ScheduleMessage.ScheduleReported(times.status(runs.recurring(), fleetFault, now()), needed));
        return Effect().none();
    }

    private Effect<ScheduleEvent, ScheduleState> onRunAnswered(ScheduleState runs, RunAnswered answered) {
        RunState run = answered.reply().state();
        if (!run.phase().terminal() || runs.find(answered.runId()).isEmpty()) {
            return Effect().none();
        }
        List<ScheduleEvent> events = ScheduledPlans.onEnd(
                runs, answered.runId(), run, resources.settings().get(), now());
        return Effect().persist(events).thenRun((ScheduleState stored) -> {
            stored.recurringRun().ifPresent(this::start);
            ends.append(stored);
        });
    }

    /** The next review repeats the message. */
    private Effect<ScheduleEvent, ScheduleState> onRunSilent(RunSilent silent) {
        context.getLog()
                .warn("run={} did not reply to the schedule; retrying within {}", silent.runId(), reviewInterval);
        return Effect().none();
    }

    private Effect<ScheduleEvent, ScheduleState> onReview(ScheduleState runs) {
        runs.active().forEach(this::start);
        ends.append(runs);
        ScheduleRules.Decision decision = decide(runs);
        if (decision instanceof ScheduleRules.ChangeTimes) {
            UUID seed = runs.recurring().seed().orElseGet(UUID::randomUUID);
            return Effect().persist(new ScheduleEvent.TimesChanged(times.text(), seed, now()));
        }
        if (decision instanceof ScheduleRules.Skip skip) {
            return skip(skip.time(), skip.reason());
        }
        if (decision instanceof ScheduleRules.Begin) {
            askForFleet();
        } else {
            fleetFault = Optional.empty();
        }
        return Effect().none();
    }

    private ScheduleRules.Decision decide(ScheduleState runs) {
        return ScheduleRules.decide(runs, times.text(), times.timetable(runs.recurring()), now());
    }

    private Effect<ScheduleEvent, ScheduleState> skip(Instant time, String reason) {
        context.getLog().warn("no run of reconciliation begins for the scheduled time {}: {}", time, reason);
        return Effect().persist(new ScheduleEvent.TimeSkipped(time, reason, now()));
    }

    private void askForFleet() {
        if (!asksForFleet) {
            asksForFleet = true;
            context.pipeToSelf(
                    resources.fleet().get(),
                    (fleet, failure) -> failure == null
                            ? new FleetFound(
                                    fleet.stream().map(each -> each.node().id()).toList())
                            : new FleetUnknown(OneLine.of(Failures.rootCause(failure))));
        }
    }

    /** The next review asks again. */
    private Effect<ScheduleEvent, ScheduleState> onFleetUnknown(FleetUnknown unknown) {
        asksForFleet = false;
        fleetFault = Optional.of(unknown.why());
        if (fleetWarning.isDue(now())) {
            context.getLog()
                    .warn(
                            "a scheduled run of reconciliation waits: the storage nodes are not known: {}; retrying every {}",
                            unknown.why(),
                            reviewInterval);
        }
        return Effect().none();
    }

    private Effect<ScheduleEvent, ScheduleState> onFleetFound(ScheduleState runs, FleetFound fleet) {
        asksForFleet = false;
        fleetFault = Optional.empty();
        fleetWarning.reset();
        if (!(decide(runs) instanceof ScheduleRules.Begin begin)) {
            return Effect().none();
        }
        List<StorageNodeId> nodes = runs.nodesOfNextRun(fleet.nodes());
        if (nodes.isEmpty()) {
            return skip(
                    begin.time(),
                    fleet.nodes().isEmpty()
                            ? "storinfo lists no storage node"
                            : "other runs work on all storage nodes; wait until they end, or cancel them");
        }
        RunScheduleSettings settings = resources.settings().get().schedule();
        RunOrder order = new RunOrder(
                times.timetable(runs.recurring()).orElseThrow().runId(begin.time()),
                runs.lastNumber() + 1,
                settings.mode(),
                nodes,
                Optional.empty(),
                ScheduledPlans.ORDERED_BY,
                roots(runs, nodes),
                settings.readContents(),
                Optional.empty());
        return Effect()
                .persist(List.of(
                        new ScheduleEvent.RunRegistered(order, now()),
                        new ScheduleEvent.RunScheduled(order.id(), begin.time(), begin.missed(), now())))
                .thenRun((ScheduleState stored) -> {
                    context.getLog()
                            .info(
                                    "run={} begins for the scheduled time {}; {} earlier times were missed",
                                    order.id(),
                                    begin.time(),
                                    begin.missed());
                    start(order);
                });
    }

    private void start(RunOrder order) {
        context.pipeToSelf(
                ask(order.id(), replyTo -> new ReconcileMessage.CreateRun(order, replyTo)),
                (reply, failure) -> failure == null && reply instanceof ReconcileMessage.RunFound found
                        ? new RunAnswered(order.id(), found)
                        : new RunSilent(order.id()));
    }

    private CompletionStage<ReconcileMessage.RunReply> ask(
            UUID runId, Function<ActorRef<ReconcileMessage.RunReply>, ReconcileMessage> question) {
        return ClusterSharding.get(context.getSystem())
                .entityRefFor(Entities.RECONCILIATION_RUN, runId.toString())
                .ask(question::apply, reviewInterval);
    }

    private Effect<ScheduleEvent, ScheduleState> onEndAppended(ScheduleState runs, EndRecorder.EndAppended appended) {
        return ends.isStored(appended, runs)
                ? Effect()
                        .persist(new ScheduleEvent.EndRecorded(appended.runId(), now()))
                        .thenRun(ends::append)
                : Effect().none();
    }

    @Override
    public EventHandler<ScheduleState, ScheduleEvent> eventHandler() {
        return ScheduleState::apply;
    }

    /** After a failed write the same actor recovers again: its timers have ended, and replies that arrived meanwhile are lost. */
    @Override
    public SignalHandler<ScheduleState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), runs -> {
                    asksForFleet = false;
                    ends.reset();
                    timers.startTimerWithFixedDelay(Review.INSTANCE, Duration.ZERO, reviewInterval);
                })
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
