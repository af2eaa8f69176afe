package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobRules;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.SpaceRules;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * One evacuate job. It carries what {@link JobRules} decides: stores the events, hands assignments to agents, and keeps
 * its children going. After a restart it does from its state what it was doing before.
 */
public final class EvacuateJob extends EventSourcedBehavior<JobMessage, JobEvent, JobState> {
    private static final Duration IDLE = Duration.ofMinutes(2);
    /** One that was fenced off would take the job back if it began anew before its member knows that it is out. */
    private static final Duration RESTART_MIN = Duration.ofSeconds(3);

    private final UUID jobId;
    private final JobContext parts;
    private final ActorContext<JobMessage> context;
    private final TimerScheduler<JobMessage> timers;
    private final ActorRef<ClusterSharding.ShardCommand> shard;
    private final Lease lease = new Lease(System::nanoTime);
    private final LeaseRenewal renewal;
    private final AssignmentDelivery delivery;
    private final JobMetrics metrics;
    private final JobTraces traces;
    private Optional<PassActors> workers = Optional.empty();

    /** The job whose id is the entity's. */
    public static Behavior<JobMessage> create(EntityContext<JobMessage> entity, JobContext parts) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new EvacuateJob(UUID.fromString(entity.getEntityId()), parts, context, timers, entity.getShard())));
    }

    /** Id of the job's events in the journal. */
    public static PersistenceId persistenceId(UUID jobId) {
        return PersistenceId.of(Entities.EVACUATE_JOB.name(), jobId.toString());
    }

    private EvacuateJob(
            UUID jobId,
            JobContext parts,
            ActorContext<JobMessage> context,
            TimerScheduler<JobMessage> timers,
            ActorRef<ClusterSharding.ShardCommand> shard) {
        super(persistenceId(jobId), SupervisorStrategy.restartWithBackoff(RESTART_MIN, Duration.ofSeconds(20), 0.2));
        this.jobId = jobId;
        this.parts = parts;
        this.context = context;
        this.timers = timers;
        this.shard = shard;
        this.metrics = new JobMetrics(parts.metrics());
        this.traces = new JobTraces(jobId, parts.traces(), parts.clock());
        this.renewal = new LeaseRenewal(
                jobId,
                lease,
                last -> parts.journal().endsWith(persistenceId(jobId).id(), last, context.getSystem()));
        this.delivery = new AssignmentDelivery(parts, context.getSelf());
    }

    /** What a member says to a job that has to leave it. */
    public static JobMessage stopMessage() {
        return JobInternalMessage.Stop.INSTANCE;
    }

    @Override
    public JobState emptyState() {
        return JobState.EMPTY;
    }

    @Override
    public CommandHandler<JobMessage, JobEvent, JobState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(JobMessage.CreateJob.class, this::onCreateJob)
                .onCommand(JobMessage.GetJob.class, this::onGetJob)
                .onCommand(JobMessage.SetCommitParallelism.class, this::onSetCommitParallelism)
                .onCommand(
                        JobInternalMessage.TakeOver.class,
                        (job, takeOver) -> carryOut(job, new JobCommand.TakeOver(), this::goOn))
                .onCommand(JobInternalMessage.RenewLease.class, (job, renew) -> {
                    renewal.renew(lastSequenceNumber(context));
                    return Effect().none();
                })
                .onCommand(JobInternalMessage.BeginPass.class, (job, begin) -> onBeginPass(job))
                .onCommand(JobInternalMessage.BatchReady.class, this::onBatchReady)
                .onCommand(
                        JobInternalMessage.RecordsUnplaced.class,
                        (job, found) -> carryOut(
                                job, new JobCommand.Except(found.exceptions(), found.marks()), this::afterExceptions))
                .onCommand(
                        JobInternalMessage.ScanMoved.class,
                        (job, moved) -> carryOut(job, new JobCommand.Advance(moved.marks()), stored -> {}))
                .onCommand(JobMessage.AssignmentAccepted.class, this::onAssignmentAccepted)
                .onCommand(JobMessage.AssignmentRefused.class, this::onAssignmentRefused)
                .onCommand(JobMessage.CopiesReported.class, this::onCopiesReported)
                .onCommand(JobInternalMessage.GiveUp.class, this::onGiveUp)
                .onCommand(JobInternalMessage.MetadataSettled.class, this::onMetadataSettled)
                .onCommand(
                        JobInternalMessage.PassDrained.class,
                        (job, drained) -> carryOut(job, new JobCommand.FinishPass(), this::afterPass))
                .onCommand(
                        JobInternalMessage.ScanFailed.class,
                        (job, failed) -> carryOut(job, new JobCommand.Fail(failed.reason()), this::afterPass))
                .onCommand(JobInternalMessage.Remind.class, (job, remind) -> onRemind(job))
                .onCommand(JobInternalMessage.Idle.class, (job, idle) -> onIdle(job))
                .onCommand(
                        JobInternalMessage.Stop.class, (job, stop) -> Effect().stop())
                .build();
    }

    private Effect<JobEvent, JobState> onCreateJob(JobState job, JobMessage.CreateJob create) {
        JobCommand command = new JobCommand.Create(create.leaving(), create.maxRecords());
        Decision decision = JobRules.decide(job, command, parts.clock().instant());
        return decision.fold(
                events -> Effect().persist(events).thenRun((JobState stored) -> {
                    create.replyTo().tell(stands(stored));
                    if (!events.isEmpty()) {
                        context.getLog().info("job={} begins here, leaving={}", jobId, create.leaving());
                        context.getSelf().tell(JobInternalMessage.BeginPass.INSTANCE);
                    }
                }),
                refused -> Effect()
                        .none()
                        .thenRun((JobState same) ->
                                create.replyTo().tell(new JobMessage.JobRefusal(refused.code(), refused.detail()))));
    }

    private Effect<JobEvent, JobState> onGetJob(JobState job, JobMessage.GetJob get) {
        return Effect()
                .none()
                .thenRun((JobState same) -> get.replyTo()
                        .tell(
                                job.phase() == JobPhase.NONE
                                        ? new JobMessage.JobRefusal(Decision.Code.JOB_NOT_FOUND, "no such job")
                                        : stands(job)));
    }

    private Effect<JobEvent, JobState> onSetCommitParallelism(JobState job, JobMessage.SetCommitParallelism set) {
        JobCommand command = new JobCommand.SetCommitParallelism(set.records());
        return JobRules.decide(job, command, parts.clock().instant())
                .fold(
                        events -> Effect().persist(events).thenRun((JobState stored) -> {
                            workers.ifPresent(
                                    each -> each.updater().tell(new MetadataCommitter.SetParallelism(set.records())));
                            set.replyTo().tell(stands(stored));
                        }),
                        refused -> Effect()
                                .none()
                                .thenRun((JobState same) -> set.replyTo()
                                        .tell(new JobMessage.JobRefusal(refused.code(), refused.detail()))));
    }

    private JobMessage.JobStands stands(JobState job) {
        return new JobMessage.JobStands(lastSequenceNumber(context), job.outline());
    }

    private Effect<JobEvent, JobState> onBeginPass(JobState job) {
        return carryOut(job, new JobCommand.StartPass(), stored -> {
            if (workers.isEmpty() && stored.phase() == JobPhase.RUNNING) {
                startWorkers(stored);
            }
        });
    }

    private Effect<JobEvent, JobState> onBatchReady(JobState job, JobInternalMessage.BatchReady ready) {
        Assignment assignment = ready.assignment();
        return carryOut(
                job,
                new JobCommand.Plan(assignment, ready.marks()),
                stored -> inFlight(stored, assignment.id()).ifPresent(planned -> handOver(stored, planned)),
                () -> over(assignment));
    }

    private void afterExceptions(JobState stored) {
        if (stored.phase().terminal()) {
            afterPass(stored);
        }
    }

    private Effect<JobEvent, JobState> onAssignmentAccepted(JobState job, JobMessage.AssignmentAccepted accepted) {
        delivery.accepted(accepted.assignmentId());
        traces.accepted(accepted.assignmentId());
        return Effect().none();
    }

    /** A busy agent is asked again; any other refusal sends the objects elsewhere. */
    private Effect<JobEvent, JobState> onAssignmentRefused(JobState job, JobMessage.AssignmentRefused refused) {
        if (refused.reason() == Reason.AGENT_BUSY) {
            return Effect().none();
        }
        return onGiveUp(job, new JobInternalMessage.GiveUp(refused.assignmentId(), refused.reason(), refused.detail()));
    }

    private Effect<JobEvent, JobState> onCopiesReported(JobState job, JobMessage.CopiesReported reported) {
        UUID id = reported.assignmentId();
        InFlightAssignment before = job.inFlight().byId().get(id);
        if (before == null || job.phase().terminal()) {
            delivery.release(token(job), reported.agent(), id, List.of());
            return Effect().none();
        }
        if (before.copied()) {
            return Effect().none();
        }
        return carryOut(job, new JobCommand.ReportCopies(id, reported.failures()), stored -> {
            delivery.forget(id);
            inFlight(stored, id).ifPresent(this::commit);
        });
    }

    private Effect<JobEvent, JobState> onGiveUp(JobState job, JobInternalMessage.GiveUp lost) {
        InFlightAssignment before = job.inFlight().byId().get(lost.assignmentId());
        if (before == null || before.copied()) {
            return Effect().none();
        }
        context.getLog().warn("job={} assignment={} given up: {}", jobId, lost.assignmentId(), lost.detail());
        JobCommand command = new JobCommand.LoseAssignment(lost.assignmentId(), lost.reason(), lost.detail());
        return carryOut(job, command, stored -> over(before.assignment()));
    }

    /** Unwanted copies are named before the job forgets the assignment, so that a crash in between repeats it. */
    private Effect<JobEvent, JobState> onMetadataSettled(JobState job, JobInternalMessage.MetadataSettled settled) {
        CommitResult result = settled.result();
        InFlightAssignment before = job.inFlight().byId().get(result.assignmentId());
        if (before == null) {
            return Effect().none();
        }
        Assignment assignment = before.assignment();
        StorageNodeId agent = assignment.destination().storageNode();
        delivery.release(token(job), agent, assignment.id(), result.unwanted());
        JobCommand command = new JobCommand.ReportCommit(assignment.id(), result.tally(), result.failures());
        return carryOut(job, command, stored -> over(assignment));
    }

    private Effect<JobEvent, JobState> onRemind(JobState job) {
        for (InFlightAssignment each : job.inFlight().all()) {
            if (!each.copied()) {
                delivery.remind(token(job), each).ifPresent(context.getSelf()::tell);
            }
        }
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onIdle(JobState job) {
        if (job.phase() == JobPhase.NONE || job.phase().terminal()) {
            shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
        return Effect().none();
    }

    private Effect<JobEvent, JobState> carryOut(JobState job, JobCommand command, Consumer<JobState> then) {
        return carryOut(job, command, then, () -> {});
    }

    /** The one place that turns a decision into effects. */
    private Effect<JobEvent, JobState> carryOut(
            JobState job, JobCommand command, Consumer<JobState> then, Runnable ifRefused) {
        long asked = lease.now();
        return JobRules.decide(job, command, parts.clock().instant())
                .fold(
                        events -> Effect().persist(events).thenRun((JobState stored) -> {
                            if (!events.isEmpty()) {
                                // The journal takes no event whose number another incarnation has used.
                                lease.proven(asked);
                            }
                            metrics.stored(events);
                            traces.stored(events);
                            then.accept(stored);
                        }),
                        refused -> Effect().none().thenRun((JobState same) -> {
                            context.getLog()
                                    .warn(
                                            "job={} {} refused: {} {}",
                                            jobId,
                                            command.getClass().getSimpleName(),
                                            refused.code(),
                                            refused.detail());
                            ifRefused.run();
                        }));
    }

    private void afterPass(JobState stored) {
        workers.ifPresent(each -> each.stop(context));
        workers = Optional.empty();
        timers.cancel(JobInternalMessage.Remind.INSTANCE);
        timers.cancel(JobInternalMessage.RenewLease.INSTANCE);
        if (stored.phase().terminal()) {
            context.getLog().info("job={} ended phase={} {}", jobId, stored.phase(), stored.reason());
            parts.registry().tell(new RegistryMessage.JobEnded(jobId, stored.phase() == JobPhase.FAILED));
            context.setReceiveTimeout(IDLE, JobInternalMessage.Idle.INSTANCE);
        } else if (stored.phase() == JobPhase.WAITING) {
            timers.startSingleTimer(JobInternalMessage.BeginPass.INSTANCE, pause(stored));
        }
    }

    /** A pass that settled something is followed at once; one that did not waits, ever longer. */
    private Duration pause(JobState job) {
        if (job.passes().fruitlessInARow() == 0) {
            return Duration.ZERO;
        }
        Duration pause = parts.settings()
                .retryPauseMin()
                .multipliedBy(1L << Math.min(job.passes().fruitlessInARow() - 1, 16));
        Duration longest = parts.settings().retryPauseMax();
        return pause.compareTo(longest) > 0 ? longest : pause;
    }

    private void startWorkers(JobState job) {
        context.getLog()
                .info(
                        "job={} pass={} leaving={}",
                        jobId,
                        job.passes().number(),
                        job.leaving().orElseThrow());
        PassActors started = PassActors.start(context, parts, lease, job);
        workers = Optional.of(started);
        timers.startTimerWithFixedDelay(
                JobInternalMessage.Remind.INSTANCE, parts.settings().reminderInterval());
        timers.startTimerWithFixedDelay(JobInternalMessage.RenewLease.INSTANCE, LeaseRenewal.EVERY);
        for (InFlightAssignment each : job.inFlight().all()) {
            parts.spaceBroker().tell(hold(each.assignment()));
            traces.takenOver(each);
            // One that is copied too: so its agent hears of this incarnation.
            handOver(job, each);
            if (each.copied()) {
                commit(each);
            }
        }
    }

    private static SpaceMessage.Hold hold(Assignment assignment) {
        long mib = assignment.tasks().stream()
                .mapToLong(task -> SpaceRules.mibFor(task.sizeBytes()))
                .sum();
        return new SpaceMessage.Hold(assignment.id(), assignment.destination().storageNode(), mib);
    }

    private static Optional<InFlightAssignment> inFlight(JobState job, UUID assignmentId) {
        return job.inFlight().find(assignmentId);
    }

    private FencingToken token(JobState job) {
        return new FencingToken(jobId, job.epoch());
    }

    private void handOver(JobState job, InFlightAssignment planned) {
        delivery.handOver(token(job), planned).ifPresent(context.getSelf()::tell);
    }

    private void commit(InFlightAssignment copied) {
        workers.ifPresent(each -> each.updater().tell(new MetadataCommitter.Commit(copied)));
    }

    private void over(Assignment assignment) {
        delivery.forget(assignment.id());
        parts.spaceBroker().tell(new SpaceMessage.Return(assignment.id()));
        workers.ifPresent(each -> each.batcher().tell(new AssignmentBatcher.AssignmentOver(assignment)));
    }

    @Override
    public EventHandler<JobState, JobEvent> eventHandler() {
        return JobState::apply;
    }

    @Override
    public SignalHandler<JobState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (job, signal) -> resume(job))
                .build();
    }

    private void resume(JobState job) {
        workers = Optional.empty();
        switch (job.phase()) {
            case SETUP, RUNNING, WAITING -> context.getSelf().tell(JobInternalMessage.TakeOver.INSTANCE);
            case DONE, DONE_WITH_EXCEPTIONS, FAILED -> afterPass(job);
            case NONE -> context.setReceiveTimeout(IDLE, JobInternalMessage.Idle.INSTANCE);
        }
    }

    private void goOn(JobState job) {
        lease.outwaitEarlier();
        context.getLog()
                .info(
                        "job={} goes on here, epoch={} phase={} pass={}",
                        jobId,
                        job.epoch(),
                        job.phase(),
                        job.passes().number());
        if (job.phase() == JobPhase.RUNNING) {
            startWorkers(job);
        } else {
            context.getSelf().tell(JobInternalMessage.BeginPass.INSTANCE);
        }
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(parts.settings().snapshotEvery(), 2);
    }
}
