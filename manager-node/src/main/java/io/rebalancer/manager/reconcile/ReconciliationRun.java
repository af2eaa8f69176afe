package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.RunCommand;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunRules;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.lease.Lease;
import io.rebalancer.manager.lease.LeaseRenewal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * One run of reconciliation. It stores which storage nodes are compared, so a manager that takes the run over continues with
 * the others; the claims, which were on the disk of the former manager, are read again.
 */
public final class ReconciliationRun extends EventSourcedBehavior<ReconcileMessage, RunEvent, RunState> {
    private static final int SNAPSHOT_EVERY = 50;
    /** How often the row of the run is written again if that failed. */
    private static final Duration REPEAT = Duration.ofSeconds(10);
    /** An ended run stays for late questions. */
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);

    private record Worked(RunWork work, RunWork.Report report) implements ReconcileMessage {}

    private enum TakeOver implements ReconcileMessage {
        INSTANCE
    }

    private enum RenewLease implements ReconcileMessage {
        INSTANCE
    }

    private enum AnnounceSpace implements ReconcileMessage {
        INSTANCE
    }

    private enum Deadline implements ReconcileMessage {
        INSTANCE
    }

    private enum Repeat implements ReconcileMessage {
        INSTANCE
    }

    private enum Idle implements ReconcileMessage {
        INSTANCE
    }

    private enum Stop implements ReconcileMessage {
        INSTANCE
    }

    private record RowWritten(long revision, Optional<String> failure) implements ReconcileMessage {}

    private final UUID runId;
    private final ReconcileResources resources;
    private final ActorContext<ReconcileMessage> context;
    private final TimerScheduler<ReconcileMessage> timers;
    private final EntityContext<ReconcileMessage> entity;
    private final BlockingExecutor blocking;
    private final Lease lease = new Lease(System::nanoTime);
    private final LeaseRenewal renewal;
    private Optional<RunWork> work = Optional.empty();
    private Optional<RunSpace> space = Optional.empty();
    private long rowRevision;

    /** The entity id is the run's id. */
    public static Behavior<ReconcileMessage> create(
            EntityContext<ReconcileMessage> entity, ReconcileResources resources) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new ReconciliationRun(entity, resources, context, timers)));
    }

    private ReconciliationRun(
            EntityContext<ReconcileMessage> entity,
            ReconcileResources resources,
            ActorContext<ReconcileMessage> context,
            TimerScheduler<ReconcileMessage> timers) {
        super(
                PersistentEntities.reconciliationRun(UUID.fromString(entity.getEntityId())),
                PersistentEntities.restart());
        this.runId = UUID.fromString(entity.getEntityId());
        this.resources = resources;
        this.context = context;
        this.timers = timers;
        this.entity = entity;
        this.blocking = BlockingExecutor.on(context.getSystem(), Dispatchers.RECONCILE);
        String id = persistenceId().id();
        this.renewal = new LeaseRenewal(
                "run=" + runId, lease, last -> resources.repairs().journal().endsWith(id, last));
    }

    /** The message by which sharding stops a run that moves to another member. */
    public static ReconcileMessage stopMessage() {
        return Stop.INSTANCE;
    }

    @Override
    public RunState emptyState() {
        return RunState.EMPTY;
    }

    @Override
    public CommandHandler<ReconcileMessage, RunEvent, RunState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(ReconcileMessage.CreateRun.class, this::onCreate)
                .onCommand(
                        ReconcileMessage.GetRun.class,
                        (run, get) -> Effect()
                                .none()
                                .thenRun((RunState same) -> get.replyTo().tell(found(same))))
                .onCommand(ReconcileMessage.CancelRun.class, this::onCancel)
                .onCommand(ReconcileMessage.ForgetRun.class, this::onForget)
                .onCommand(TakeOver.class, (run, takeOver) -> decide(run, new RunCommand.TakeOver()))
                .onCommand(Worked.class, this::onWorked)
                .onCommand(RenewLease.class, (run, renew) -> onRenewLease())
                .onCommand(AnnounceSpace.class, (run, announce) -> onAnnounceSpace())
                .onCommand(Deadline.class, (run, deadline) -> onDeadline(run))
                .onCommand(Repeat.class, (run, repeat) -> onRepeat(run))
                .onCommand(RowWritten.class, this::onRowWritten)
                .onCommand(Idle.class, (run, idle) -> onIdle(run))
                .onCommand(Stop.class, (run, stop) -> Effect().stop())
                .build();
    }

    private Effect<RunEvent, RunState> onCreate(RunState run, ReconcileMessage.CreateRun create) {
        List<RunEvent> events = RunRules.decide(
                run, new RunCommand.Create(create.order()), resources.clock().instant());
        return Effect().persist(events).thenRun((RunState stored) -> {
            if (!events.isEmpty()) {
                timers.startTimerWithFixedDelay(Repeat.INSTANCE, REPEAT);
                context.getLog()
                        .info(
                                "run={} number={} started on this manager, nodes={}",
                                runId,
                                create.order().number(),
                                create.order().nodes().size());
                startDeadline(stored);
                follow(run, stored);
            }
            create.replyTo().tell(found(stored));
        });
    }

    private Effect<RunEvent, RunState> onCancel(RunState run, ReconcileMessage.CancelRun cancel) {
        RunCommand command = new RunCommand.Abort(AbortReason.CANCELED, cancel.detail());
        List<RunEvent> events = RunRules.decide(run, command, resources.clock().instant());
        return Effect().persist(events).thenRun((RunState stored) -> {
            if (!events.isEmpty()) {
                follow(run, stored);
            }
            cancel.replyTo().tell(found(stored));
        });
    }

    /** The list of runs has no line of it any more, so none is written again. */
    private Effect<RunEvent, RunState> onForget(RunState run, ReconcileMessage.ForgetRun forget) {
        RunCommand command = new RunCommand.Forget(forget.endedBefore());
        return Effect()
                .persist(RunRules.decide(run, command, resources.clock().instant()))
                .thenRun((RunState stored) -> {
                    if (stored.phase() == RunPhase.NONE) {
                        timers.cancel(Repeat.INSTANCE);
                        context.setReceiveTimeout(IDLE_TIMEOUT, Idle.INSTANCE);
                    }
                    forget.replyTo().tell(found(stored));
                });
    }

    private ReconcileMessage.RunFound found(RunState run) {
        String activity =
                run.isActive() ? work.map(RunWork::activity).orElse("waits for the manager to take it over") : "";
        return new ReconcileMessage.RunFound(run.outline(), lastSequenceNumber(context), activity);
    }

    /** Reports of the work of an earlier phase, or of an earlier incarnation, are dropped. */
    private Effect<RunEvent, RunState> onWorked(RunState run, Worked worked) {
        if (!work.equals(Optional.of(worked.work()))) {
            return Effect().none();
        }
        RunWork.Report report = worked.report();
        if (report instanceof RunWork.MetadataRead read) {
            return decide(run, new RunCommand.ReportMetadata(read.shards()));
        }
        if (report instanceof RunWork.NodeDone done) {
            return decide(run, new RunCommand.ReportNode(done.report()));
        }
        if (report instanceof RunWork.NodeRepaired repaired) {
            return decide(run, new RunCommand.ReportRepairs(repaired.report()));
        }
        RunWork.Failed failed = (RunWork.Failed) report;
        return decide(run, new RunCommand.Abort(failed.reason(), failed.detail()));
    }

    private Effect<RunEvent, RunState> decide(RunState run, RunCommand command) {
        List<RunEvent> events = RunRules.decide(run, command, resources.clock().instant());
        if (events.isEmpty()) {
            return Effect().none();
        }
        return Effect().persist(events).thenRun((RunState stored) -> {
            ReconcileMetrics.count(events);
            follow(run, stored);
        });
    }

    /** Starts what the phase needs. */
    private void follow(RunState before, RunState stored) {
        writeRow(stored);
        boolean newPhase = stored.phase() != before.phase() || stored.epoch() != before.epoch();
        if (!newPhase) {
            return;
        }
        switch (stored.phase()) {
            case READING_METADATA -> {
                stopWork();
                RunWork next = newWork();
                work = Optional.of(next);
                next.readMetadata(stored.nodesLeft());
            }
            case COMPARING -> work.ifPresent(current -> current.compareNodes(stored));
            case ACTING -> startRepairs(before, stored);
            case NONE -> stopWork();
            case FINISHED, ABORTED -> {
                work.ifPresent(RunWork::abandon);
                stopWork();
                context.getLog().info("run={} ended phase={} {}", runId, stored.phase(), stored.detail());
                reportEnd(stored);
                context.setReceiveTimeout(IDLE_TIMEOUT, Idle.INSTANCE);
            }
        }
    }

    /** Another incarnation may still write metadata until its lease has expired. */
    private void startRepairs(RunState before, RunState stored) {
        stopWork();
        if (before.phase() != RunPhase.NONE) {
            lease.waitForEarlierIncarnation();
        }
        timers.startTimerWithFixedDelay(RenewLease.INSTANCE, LeaseRenewal.INTERVAL);
        RunWork next = newWork();
        work = Optional.of(next);
        RunSpace taken = new RunSpace(stored.token(), resources.repairs().spaceBroker(), context.getSystem());
        space = Optional.of(taken);
        timers.startTimerWithFixedDelay(AnnounceSpace.INSTANCE, SpaceBook.ANNOUNCEMENT_INTERVAL);
        next.repairNodes(stored, lease::isHeld, taken);
    }

    private void startDeadline(RunState run) {
        Duration limit = resources.settings().get().maxDuration();
        if (!limit.isZero() && run.isActive()) {
            Instant end = run.createdAt().orElseThrow().plus(limit);
            Duration left = Duration.between(resources.clock().instant(), end);
            timers.startSingleTimer(Deadline.INSTANCE, left.isNegative() ? Duration.ZERO : left);
        }
    }

    private Effect<RunEvent, RunState> onDeadline(RunState run) {
        return decide(
                run,
                new RunCommand.Abort(
                        AbortReason.DEADLINE,
                        "the run took longer than rebalancer.reconcile.max-duration ("
                                + resources.settings().get().maxDuration().toMinutes()
                                + " min); what it has done stays. Order it for fewer storage nodes"));
    }

    private Effect<RunEvent, RunState> onRenewLease() {
        renewal.renew(lastSequenceNumber(context));
        return Effect().none();
    }

    /** The broker keeps leases only of runs that announce them. Without a reply, the next announcement follows all the same. */
    private Effect<RunEvent, RunState> onAnnounceSpace() {
        space.ifPresent(RunSpace::announce);
        return Effect().none();
    }

    private RunWork newWork() {
        return new RunWork(
                runId, resources, blocking, (from, report) -> context.getSelf().tell(new Worked(from, report)));
    }

    private void stopWork() {
        work.ifPresent(RunWork::close);
        work = Optional.empty();
        space = Optional.empty();
        timers.cancel(RenewLease.INSTANCE);
        timers.cancel(AnnounceSpace.INSTANCE);
    }

    /** If the message is lost, the schedule sees the end when it sends its next message. */
    private void reportEnd(RunState run) {
        resources.schedule().tell(new ScheduleMessage.RunEnded(runId, run.roots()));
    }

    private Effect<RunEvent, RunState> onRepeat(RunState run) {
        if (run.phase() != RunPhase.NONE && rowRevision < lastSequenceNumber(context)) {
            writeRow(run);
        }
        return Effect().none();
    }

    private void writeRow(RunState run) {
        long revision = lastSequenceNumber(context);
        context.pipeToSelf(
                resources.findings().putRun(RunLines.of(run, revision)),
                (done, failure) ->
                        new RowWritten(revision, Optional.ofNullable(failure).map(OneLine::of)));
    }

    /** A row that could not be written is written again. */
    private Effect<RunEvent, RunState> onRowWritten(RunState run, RowWritten written) {
        if (written.failure().isPresent()) {
            context.getLog()
                    .warn(
                            "run={} could not store its line in the list of runs; trying again in {}: {}",
                            runId,
                            REPEAT,
                            written.failure().get());
        } else {
            rowRevision = Math.max(rowRevision, written.revision());
            if (!run.isActive() && rowRevision >= lastSequenceNumber(context)) {
                timers.cancel(Repeat.INSTANCE);
            }
        }
        return Effect().none();
    }

    private Effect<RunEvent, RunState> onIdle(RunState run) {
        boolean isStored = run.phase() == RunPhase.NONE || rowRevision >= lastSequenceNumber(context);
        if (!run.isActive() && isStored) {
            entity.getShard().tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
        return Effect().none();
    }

    @Override
    public EventHandler<RunState, RunEvent> eventHandler() {
        return RunState::apply;
    }

    @Override
    public SignalHandler<RunState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), this::onRecovered)
                .onSignal(PostStop.instance(), run -> stopWork())
                .build();
    }

    /**
     * After a failed write the same actor recovers again: what its work reported meanwhile may not be stored, so the work begins
     * again too.
     */
    private void onRecovered(RunState run) {
        stopWork();
        if (run.phase() != RunPhase.NONE) {
            timers.startTimerWithFixedDelay(Repeat.INSTANCE, REPEAT);
        }
        if (run.isActive()) {
            startDeadline(run);
            context.getSelf().tell(TakeOver.INSTANCE);
        } else if (!run.isActive()) {
            context.setReceiveTimeout(IDLE_TIMEOUT, Idle.INSTANCE);
        }
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
