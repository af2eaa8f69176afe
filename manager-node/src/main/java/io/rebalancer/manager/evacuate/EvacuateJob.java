package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
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
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.manager.evacuate.commit.CommitResult;
import io.rebalancer.manager.evacuate.commit.MetadataCommitter;
import io.rebalancer.manager.evacuate.lease.Lease;
import io.rebalancer.manager.evacuate.lease.LeaseRenewal;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher.AssignmentEnded;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
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
 * One evacuate job. It carries out the decisions of {@link JobRules}: stores the events, delivers assignments to agents,
 * and runs the children that plan and commit. After a restart it resumes all of this from its state.
 */
public final class EvacuateJob extends EventSourcedBehavior<JobMessage, JobEvent, JobState> {
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
    /**
     * A fenced incarnation must not restart before its member learns that it was removed from the cluster: it would take
     * the job back.
     */
    private static final Duration MIN_RESTART_BACKOFF = Duration.ofSeconds(3);

    private final UUID jobId;
    private final JobResources resources;
    private final ActorContext<JobMessage> context;
    private final TimerScheduler<JobMessage> timers;
    private final ActorRef<ClusterSharding.ShardCommand> shard;
    private final Lease lease = new Lease(System::nanoTime);
    private final LeaseRenewal renewal;
    private final AssignmentDelivery delivery;
    private final JobMetrics metrics;
    private final JobTraces traces;
    private Optional<PassActors> pass = Optional.empty();

    /** The entity id is the job's id. */
    public static Behavior<JobMessage> create(EntityContext<JobMessage> entity, JobResources resources) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new EvacuateJob(UUID.fromString(entity.getEntityId()), resources, context, timers, entity.getShard())));
    }

    private EvacuateJob(
            UUID jobId,
            JobResources resources,
            ActorContext<JobMessage> context,
            TimerScheduler<JobMessage> timers,
            ActorRef<ClusterSharding.ShardCommand> shard) {
        super(PersistentEntities.evacuateJob(jobId), PersistentEntities.restart(MIN_RESTART_BACKOFF));
        this.jobId = jobId;
        this.resources = resources;
        this.context = context;
        this.timers = timers;
        this.shard = shard;
        this.metrics = new JobMetrics(resources.metrics());
        this.traces =
                new JobTraces(jobId, resources.traces(), resources.planning().clock());
        this.renewal = new LeaseRenewal(
                jobId,
                lease,
                last -> resources
                        .journal()
                        .endsWith(PersistentEntities.evacuateJob(jobId).id(), last, context.getSystem()));
        this.delivery = new AssignmentDelivery(
                resources.agents(),
                () -> resources.settings().agentLostAfter(),
                resources.planning().clock(),
                context.getSelf());
    }

    /** The message by which sharding stops a job that moves to another member. */
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
                .onCommand(JobMessage.AssignmentAccepted.class, this::onAssignmentAccepted)
                .onCommand(JobMessage.AssignmentRefused.class, this::onAssignmentRefused)
                .onCommand(JobMessage.CopiesReported.class, this::onCopiesReported)
                .onCommand(
                        JobInternalMessage.PlanningReported.class,
                        (job, reported) -> onPlanningEvent(job, reported.event()))
                .onCommand(
                        JobInternalMessage.CommitReported.class,
                        (job, reported) -> onCommitResult(job, reported.result()))
                .onCommand(JobInternalMessage.GiveUp.class, this::onGiveUp)
                .onCommand(
                        JobInternalMessage.TakeOver.class,
                        (job, takeOver) -> carryOut(job, new JobCommand.TakeOver(), this::afterTakeOver))
                .onCommand(JobInternalMessage.BeginPass.class, (job, begin) -> onBeginPass(job))
                .onCommand(JobInternalMessage.RenewLease.class, (job, renew) -> onRenewLease())
                .onCommand(JobInternalMessage.Remind.class, (job, remind) -> onRemind(job))
                .onCommand(JobInternalMessage.Idle.class, (job, idle) -> onIdle(job))
                .onCommand(
                        JobInternalMessage.Stop.class, (job, stop) -> Effect().stop())
                .build();
    }

    private Effect<JobEvent, JobState> onCreateJob(JobState job, JobMessage.CreateJob create) {
        JobCommand command = new JobCommand.Create(create.leaving(), create.maxRecords());
        return decide(job, command)
                .fold(
                        events -> Effect().persist(events).thenRun((JobState stored) -> {
                            create.replyTo().tell(jobReply(stored));
                            if (!events.isEmpty()) {
                                context.getLog()
                                        .info("job={} started on this manager, leaving={}", jobId, create.leaving());
                                context.getSelf().tell(JobInternalMessage.BeginPass.INSTANCE);
                            }
                        }),
                        refused -> refuse(create.replyTo(), refused));
    }

    private Effect<JobEvent, JobState> onGetJob(JobState job, JobMessage.GetJob get) {
        return Effect()
                .none()
                .thenRun((JobState same) -> get.replyTo()
                        .tell(
                                job.phase() == JobPhase.NONE
                                        ? new JobMessage.JobRefusal(Decision.Code.JOB_NOT_FOUND, "no such job")
                                        : jobReply(job)));
    }

    private Effect<JobEvent, JobState> onSetCommitParallelism(JobState job, JobMessage.SetCommitParallelism set) {
        return decide(job, new JobCommand.SetCommitParallelism(set.records()))
                .fold(
                        events -> Effect().persist(events).thenRun((JobState stored) -> {
                            pass.ifPresent(actors ->
                                    actors.committer().tell(new MetadataCommitter.SetParallelism(set.records())));
                            set.replyTo().tell(jobReply(stored));
                        }),
                        refused -> refuse(set.replyTo(), refused));
    }

    private Effect<JobEvent, JobState> refuse(ActorRef<JobMessage.JobReply> replyTo, Decision.Refused refused) {
        return Effect()
                .none()
                .thenRun((JobState same) -> replyTo.tell(new JobMessage.JobRefusal(refused.code(), refused.detail())));
    }

    private JobMessage.JobReply jobReply(JobState job) {
        return new JobMessage.JobStands(lastSequenceNumber(context), job.outline());
    }

    private Effect<JobEvent, JobState> onBeginPass(JobState job) {
        return carryOut(job, new JobCommand.StartPass(), stored -> {
            if (pass.isEmpty() && stored.phase() == JobPhase.RUNNING) {
                startPass(stored);
            }
        });
    }

    private Effect<JobEvent, JobState> onPlanningEvent(JobState job, PlanningEvent event) {
        if (event instanceof PlanningEvent.BatchReady ready) {
            return onBatchReady(job, ready);
        }
        if (event instanceof PlanningEvent.RecordsUnplaced unplaced) {
            return carryOut(
                    job, new JobCommand.Except(unplaced.records(), unplaced.marks()), this::afterUnplacedRecords);
        }
        if (event instanceof PlanningEvent.ScanMoved moved) {
            return carryOut(job, new JobCommand.Advance(moved.marks()), stored -> {});
        }
        if (event instanceof PlanningEvent.Waiting) {
            return Effect().none();
        }
        if (event instanceof PlanningEvent.ScanFailed failed) {
            return carryOut(job, new JobCommand.Fail(failed.reason()), this::afterPass);
        }
        return carryOut(job, new JobCommand.FinishPass(), this::afterPass);
    }

    private Effect<JobEvent, JobState> onBatchReady(JobState job, PlanningEvent.BatchReady ready) {
        Assignment assignment = ready.assignment();
        return carryOut(
                job,
                new JobCommand.Plan(assignment, ready.marks()),
                stored -> stored.inFlight().find(assignment.id()).ifPresent(planned -> deliver(stored, planned)),
                () -> endAssignment(AssignmentEnded.withdrawn(assignment)));
    }

    private void afterUnplacedRecords(JobState stored) {
        if (stored.phase().terminal()) {
            afterPass(stored);
        }
    }

    private Effect<JobEvent, JobState> onAssignmentAccepted(JobState job, JobMessage.AssignmentAccepted accepted) {
        delivery.markAccepted(accepted.assignmentId());
        traces.markAccepted(accepted.assignmentId());
        return Effect().none();
    }

    /** A busy agent gets the assignment again with the next reminder. After any other refusal the objects are replanned. */
    private Effect<JobEvent, JobState> onAssignmentRefused(JobState job, JobMessage.AssignmentRefused refused) {
        if (refused.reason() == Reason.AGENT_BUSY) {
            return Effect().none();
        }
        return onGiveUp(job, new JobInternalMessage.GiveUp(refused.assignmentId(), refused.reason(), refused.detail()));
    }

    private Effect<JobEvent, JobState> onCopiesReported(JobState job, JobMessage.CopiesReported reported) {
        UUID id = reported.assignmentId();
        Optional<InFlightAssignment> inFlight = job.inFlight().find(id);
        if (inFlight.isEmpty() || job.phase().terminal()) {
            delivery.release(token(job), reported.agent(), id, List.of());
            inFlight.ifPresent(each -> endAssignment(AssignmentEnded.withdrawn(each.assignment())));
            return Effect().none();
        }
        if (inFlight.get().copied()) {
            return Effect().none();
        }
        return carryOut(job, new JobCommand.ReportCopies(id, reported.failures()), stored -> {
            delivery.stopReminding(id);
            stored.inFlight().find(id).ifPresent(copied -> commit(copied, false));
        });
    }

    private Effect<JobEvent, JobState> onGiveUp(JobState job, JobInternalMessage.GiveUp lost) {
        Optional<InFlightAssignment> inFlight =
                job.inFlight().find(lost.assignmentId()).filter(each -> !each.copied());
        if (inFlight.isEmpty()) {
            return Effect().none();
        }
        context.getLog().warn("job={} assignment={} given up: {}", jobId, lost.assignmentId(), lost.detail());
        JobCommand command = new JobCommand.LoseAssignment(lost.assignmentId(), lost.reason(), lost.detail());
        DestinationFault fault = DestinationFault.lost(lost.reason(), lost.detail());
        Assignment assignment = inFlight.get().assignment();
        return carryOut(job, command, stored -> endAssignment(AssignmentEnded.failed(assignment, fault)));
    }

    /** The release is sent before the end is stored: after a crash in between, the commit and the release are repeated. */
    private Effect<JobEvent, JobState> onCommitResult(JobState job, CommitResult result) {
        Optional<InFlightAssignment> inFlight = job.inFlight().find(result.assignmentId());
        if (inFlight.isEmpty()) {
            return Effect().none();
        }
        Assignment assignment = inFlight.get().assignment();
        StorageNodeId agent = assignment.destination().storageNode();
        delivery.release(token(job), agent, assignment.id(), result.unwanted());
        JobCommand command = new JobCommand.ReportCommit(assignment.id(), result.tally(), result.failures());
        AssignmentEnded ended = DestinationFault.ofCopies(
                        assignment, inFlight.get().copyFailures())
                .map(fault -> AssignmentEnded.failed(assignment, fault))
                .orElseGet(() -> AssignmentEnded.carriedOut(assignment));
        return carryOut(job, command, stored -> endAssignment(ended));
    }

    private Effect<JobEvent, JobState> onRenewLease() {
        renewal.renew(lastSequenceNumber(context));
        return Effect().none();
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

    private Decision decide(JobState job, JobCommand command) {
        Instant now = resources.planning().clock().instant();
        return JobRules.decide(job, command, now);
    }

    private Effect<JobEvent, JobState> carryOut(JobState job, JobCommand command, Consumer<JobState> then) {
        return carryOut(job, command, then, () -> {});
    }

    /** The one place that turns a decision into effects. */
    private Effect<JobEvent, JobState> carryOut(
            JobState job, JobCommand command, Consumer<JobState> then, Runnable ifRefused) {
        long askedAt = lease.now();
        return decide(job, command)
                .fold(
                        events -> Effect().persist(events).thenRun((JobState stored) -> {
                            if (!events.isEmpty()) {
                                // The journal rejects an event whose number another incarnation has used.
                                lease.prove(askedAt);
                            }
                            metrics.count(events);
                            traces.follow(events);
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
        pass.ifPresent(actors -> actors.stop(context));
        pass = Optional.empty();
        timers.cancel(JobInternalMessage.Remind.INSTANCE);
        timers.cancel(JobInternalMessage.RenewLease.INSTANCE);
        if (stored.phase().terminal()) {
            context.getLog().info("job={} ended phase={} {}", jobId, stored.phase(), stored.reason());
            resources.registry().tell(new RegistryMessage.JobEnded(jobId, stored.phase() == JobPhase.FAILED));
            context.setReceiveTimeout(IDLE_TIMEOUT, JobInternalMessage.Idle.INSTANCE);
        } else if (stored.phase() == JobPhase.WAITING) {
            Duration delay =
                    resources.settings().passDelay().after(stored.passes().fruitlessInARow());
            timers.startSingleTimer(JobInternalMessage.BeginPass.INSTANCE, delay);
        }
    }

    private void startPass(JobState job) {
        context.getLog()
                .info(
                        "job={} pass={} leaving={}",
                        jobId,
                        job.passes().number(),
                        job.leaving().orElseThrow());
        pass = Optional.of(PassActors.start(context, resources, lease, token(job), job));
        timers.startTimerWithFixedDelay(
                JobInternalMessage.Remind.INSTANCE, resources.settings().reminderInterval());
        timers.startTimerWithFixedDelay(JobInternalMessage.RenewLease.INSTANCE, LeaseRenewal.INTERVAL);
        job.inFlight().all().forEach(each -> resumeAssignment(job, each));
    }

    private void resumeAssignment(JobState job, InFlightAssignment inFlight) {
        traces.takeOver(inFlight);
        // Also if the copies are finished: the delivery shows the agent the epoch of this incarnation.
        deliver(job, inFlight);
        if (inFlight.copied()) {
            commit(inFlight, true);
        }
    }

    private FencingToken token(JobState job) {
        return new FencingToken(jobId, job.epoch());
    }

    private void deliver(JobState job, InFlightAssignment planned) {
        delivery.deliver(token(job), planned).ifPresent(context.getSelf()::tell);
    }

    private void commit(InFlightAssignment copied, boolean resumed) {
        pass.ifPresent(actors -> actors.committer().tell(new MetadataCommitter.Commit(copied, resumed)));
    }

    /** Every part that keeps something by the assignment's id drops it here, whichever way the assignment ended. */
    private void endAssignment(AssignmentEnded ended) {
        delivery.forget(ended.assignment().id());
        traces.forget(ended.assignment().id());
        pass.ifPresent(actors -> actors.batcher().tell(ended));
    }

    @Override
    public EventHandler<JobState, JobEvent> eventHandler() {
        return JobState::apply;
    }

    @Override
    public SignalHandler<JobState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (job, signal) -> onRecovered(job))
                .onSignal(PostStop.class, (job, signal) -> onPostStop(job))
                .build();
    }

    private void onRecovered(JobState job) {
        pass = Optional.empty();
        switch (job.phase()) {
            case SETUP, RUNNING, WAITING -> context.getSelf().tell(JobInternalMessage.TakeOver.INSTANCE);
            case DONE, DONE_WITH_EXCEPTIONS, FAILED -> afterPass(job);
            case NONE -> context.setReceiveTimeout(IDLE_TIMEOUT, JobInternalMessage.Idle.INSTANCE);
        }
    }

    /** Replies of agents to this incarnation would be lost; the next incarnation delivers the assignments again. */
    private void onPostStop(JobState job) {
        job.inFlight().byId().keySet().forEach(delivery::forget);
    }

    private void afterTakeOver(JobState job) {
        lease.waitForEarlierIncarnation();
        context.getLog()
                .info(
                        "job={} resumed on this manager, epoch={} phase={} pass={}",
                        jobId,
                        job.epoch(),
                        job.phase(),
                        job.passes().number());
        if (job.phase() == JobPhase.RUNNING) {
            startPass(job);
        } else {
            context.getSelf().tell(JobInternalMessage.BeginPass.INSTANCE);
        }
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(resources.settings().snapshotEvery(), 2);
    }
}
