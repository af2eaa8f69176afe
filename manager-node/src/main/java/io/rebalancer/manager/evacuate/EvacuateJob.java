package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobRules;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import java.time.Clock;
import java.time.Duration;
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
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * One evacuate job. It carries out the decisions of {@link JobRules}: stores the events, delivers assignments to agents,
 * and runs the children that plan and commit. After a restart it resumes all of this from its state.
 */
public final class EvacuateJob extends EventSourcedBehavior<JobMessage, JobEvent, JobState> {
    /**
     * A fenced or superseded incarnation must not restart before its member learns that it was removed from the cluster: it
     * would take the job back.
     */
    private static final Duration MIN_RESTART_BACKOFF = Duration.ofSeconds(3);

    private static final Duration CHILD_RESTART_DELAY = Duration.ofSeconds(1);
    /** Failures of children in a row, without an event in between, before the job fails: the cause does not pass. */
    private static final int MAX_CHILD_FAILURES = 5;

    private final UUID jobId;
    private final JobResources resources;
    private final ActorContext<JobMessage> context;
    private final TimerScheduler<JobMessage> timers;
    private final ActorRef<ClusterSharding.ShardCommand> shard;
    private final Incarnation incarnation;
    private final AgentConversations agents;
    private final PassStart passStart;
    private final PhaseWork work;
    private final JobSteps steps;
    private final JobAnswers answers;
    private final GatheredMessages gathered = new GatheredMessages();

    /** The entity id is the job's id. */
    public static Behavior<JobMessage> create(EntityContext<JobMessage> entity, JobResources resources) {
        return create(entity, resources, MIN_RESTART_BACKOFF);
    }

    static Behavior<JobMessage> create(
            EntityContext<JobMessage> entity, JobResources resources, Duration minRestartBackoff) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new EvacuateJob(entity, resources, context, timers, minRestartBackoff)));
    }

    private EvacuateJob(
            EntityContext<JobMessage> entity,
            JobResources resources,
            ActorContext<JobMessage> context,
            TimerScheduler<JobMessage> timers,
            Duration minRestartBackoff) {
        super(
                PersistentEntities.evacuateJob(UUID.fromString(entity.getEntityId())),
                PersistentEntities.restart(minRestartBackoff));
        this.jobId = UUID.fromString(entity.getEntityId());
        this.resources = resources;
        this.context = context;
        this.timers = timers;
        this.shard = entity.getShard();
        Clock clock = resources.planning().clock();
        this.incarnation = new Incarnation(jobId, resources.journal(), context.getSystem(), minRestartBackoff);
        JobLimits limits = new JobLimits(
                resources::settings,
                resources.fleet(),
                () -> resources.commit().shards().callsAllowed());
        JobTelemetry telemetry = new JobTelemetry(jobId, resources, limits, clock);
        this.agents = new AgentConversations(jobId, resources, limits, clock, context.getSelf());
        PassSchedule schedule = new PassSchedule(resources::settings, clock, resources.unmoved());
        this.passStart = new PassStart(jobId, context, timers, schedule);
        this.work = new PhaseWork(jobId, context, timers, resources, incarnation, agents, telemetry, schedule, limits);
        this.answers = new JobAnswers(work, telemetry, limits, clock, () -> lastSequenceNumber(context));
        this.steps = new JobSteps(jobId, resources, incarnation, agents, telemetry, work, context.getLog());
    }

    /** The message by which sharding stops a job that moves to another member. */
    public static JobMessage stopMessage() {
        return JobInternalMessage.Stop.INSTANCE;
    }

    @Override
    public JobState emptyState() {
        return JobState.EMPTY;
    }

    /**
     * Before its take-over is stored, the job answers questions and does nothing else: messages of its children and timers
     * belong to an earlier incarnation and are dropped, and messages of agents and operators wait.
     */
    @Override
    public CommandHandler<JobMessage, JobEvent, JobState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(
                        JobMessage.CreateJob.class,
                        (job, create) -> onCreate(
                                job, new JobCommand.Create(create.leaving(), create.maxRecords()), create.replyTo()))
                .onCommand(
                        JobMessage.CreateRetry.class,
                        (job, create) -> onCreate(
                                job,
                                new JobCommand.Create(create.leaving(), 0, Optional.of(create.selection())),
                                create.replyTo()))
                .onCommand(JobMessage.GetJob.class, this::onGetJob)
                .onCommand(JobMessage.GetSettings.class, this::onGetSettings)
                .onCommand(JobMessage.AskProgress.class, this::onAskProgress)
                .onCommand(JobMessage.AskInFlightTo.class, this::onAskInFlightTo)
                .onCommand(
                        JobInternalMessage.Stop.class, (job, stop) -> Effect().stop())
                .onCommand(JobInternalMessage.TakeOver.class, (job, takeOver) -> onTakeOver(job))
                .onCommand(
                        JobInternalMessage.class,
                        (job, message) -> hasBegun(job)
                                ? onInternal(job, message)
                                : Effect().none())
                .onCommand(
                        JobMessage.class,
                        (job, message) -> hasBegun(job)
                                ? onExternal(job, message)
                                : Effect().stash())
                .build();
    }

    private boolean hasBegun(JobState job) {
        return incarnation.hasBegun() || !job.isActive();
    }

    private Effect<JobEvent, JobState> onExternal(JobState job, JobMessage message) {
        if (message instanceof JobMessage.Action action) {
            return onAction(job, action);
        }
        if (message instanceof JobMessage.SetCommitParallelism set) {
            return onAction(job, JobSteps.ofEarlierBuild(set));
        }
        if (message instanceof JobMessage.PauseConfirmed confirmed) {
            return onPauseConfirmed(job, confirmed);
        }
        if (message instanceof JobMessage.AssignmentAccepted accepted) {
            return onAssignmentAccepted(job, accepted);
        }
        if (message instanceof JobMessage.AssignmentRefused refused) {
            return onAssignmentRefused(job, refused);
        }
        if (message instanceof JobMessage.OrderFenced fenced) {
            return onOrderFenced(job, fenced);
        }
        if (message instanceof JobMessage.ReleaseAcknowledged acknowledged) {
            return onReleaseAcknowledged(job, acknowledged);
        }
        return message instanceof JobMessage.CopiesReported
                ? gather(message)
                : Effect().unhandled();
    }

    private Effect<JobEvent, JobState> onInternal(JobState job, JobInternalMessage message) {
        if (message instanceof JobInternalMessage.PlanningReported reported
                && work.pass().isCurrent(reported.generation())) {
            if (work.followUnstored(reported.event())) {
                return Effect().none();
            }
            if (reported.event() instanceof PlanningEvent.Superseded superseded) {
                return onSuperseded(superseded);
            }
        }
        if (message instanceof JobInternalMessage.PlanningReported
                || message instanceof JobInternalMessage.CommitReported) {
            return gather(message);
        }
        if (message == JobInternalMessage.StoreGathered.INSTANCE) {
            return onStoreGathered(job);
        }
        if (message instanceof JobInternalMessage.VerificationReported reported) {
            if (!work.verification().isCurrent(reported.generation())) {
                return Effect().none();
            }
            work.verification().follow(reported.event());
            return carryOut(job, steps.onVerificationEvent(job, reported.event()));
        }
        if (message instanceof JobInternalMessage.ChildStopped stopped) {
            return onChildStopped(job, work.pass().isCurrent(stopped.generation()));
        }
        if (message instanceof JobInternalMessage.VerificationStopped stopped) {
            return onChildStopped(job, work.verification().isCurrent(stopped.generation()));
        }
        if (message instanceof JobInternalMessage.WritesEnded ended) {
            work.markWritesEnded(job, ended.generation());
            return Effect().none();
        }
        if (message instanceof JobInternalMessage.Decide decide) {
            return carryOut(job, decide.command(), stored -> {});
        }
        if (message instanceof JobInternalMessage.ListChecked checked) {
            return onListChecked(job, checked);
        }
        if (message instanceof JobInternalMessage.GiveUp lost) {
            return carryOut(job, steps.giveUp(job, lost));
        }
        return onTimer(job, message);
    }

    /** Its events are stored with those of the messages that wait behind it. */
    private Effect<JobEvent, JobState> gather(JobMessage message) {
        if (gathered.add(message)) {
            context.getSelf().tell(JobInternalMessage.StoreGathered.INSTANCE);
        }
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onStoreGathered(JobState job) {
        JobStep step = gathered.take(job, steps::of);
        if (!gathered.isEmpty()) {
            context.getSelf().tell(JobInternalMessage.StoreGathered.INSTANCE);
        }
        return carryOut(job, step);
    }

    /** Gathered messages are dropped too: the later incarnation gets them again. */
    private Effect<JobEvent, JobState> onSuperseded(PlanningEvent.Superseded superseded) {
        gathered.clear();
        work.stopSuperseded(superseded, incarnation.supersede());
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onTimer(JobState job, JobInternalMessage message) {
        if (message == JobInternalMessage.BeginPass.INSTANCE) {
            return onBeginPass(job);
        }
        if (message == JobInternalMessage.RenewLease.INSTANCE) {
            incarnation.renewLease(lastSequenceNumber(context));
            work.finishPausing(job);
            return Effect().none();
        }
        if (message == JobInternalMessage.Remind.INSTANCE) {
            return onRemind(job);
        }
        return message == JobInternalMessage.Idle.INSTANCE
                ? onIdle(job)
                : Effect().unhandled();
    }

    private Effect<JobEvent, JobState> onCreate(
            JobState job, JobCommand.Create command, ActorRef<JobMessage.JobReply> replyTo) {
        return steps.decide(job, command)
                .fold(
                        events -> Effect().persist(events).thenRun((JobState stored) -> {
                            replyTo.tell(answers.of(stored));
                            if (!events.isEmpty()) {
                                context.getLog()
                                        .info("job={} started on this manager, leaving={}", jobId, command.leaving());
                                incarnation.beginFirst();
                                context.getSelf().tell(JobInternalMessage.BeginPass.INSTANCE);
                            }
                        }),
                        refused -> {
                            replyTo.tell(JobAnswers.of(refused));
                            return Effect().none();
                        });
    }

    private Effect<JobEvent, JobState> onGetJob(JobState job, JobMessage.GetJob get) {
        get.replyTo().tell(answers.to(job));
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onGetSettings(JobState job, JobMessage.GetSettings get) {
        get.replyTo().tell(answers.settingsTo(job));
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onAskProgress(JobState job, JobMessage.AskProgress ask) {
        ask.replyTo().tell(answers.to(job, ask));
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onAskInFlightTo(JobState job, JobMessage.AskInFlightTo ask) {
        steps.inFlightTo(job, ask.node()).ifPresent(ask.replyTo()::tell);
        return Effect().none();
    }

    /** The reply is sent after the order is stored. */
    private Effect<JobEvent, JobState> onAction(JobState job, JobMessage.Action action) {
        JobCommand command = JobSteps.command(action);
        return steps.decide(job, command)
                .fold(
                        events -> carryOut(job, command, stored -> {})
                                .thenRun((JobState stored) -> action.replyTo().tell(answers.of(stored))),
                        refused -> {
                            action.replyTo().tell(JobAnswers.of(refused));
                            return Effect().none();
                        });
    }

    /** A confirmation of an earlier epoch does not count: that incarnation may have been resumed since. */
    private Effect<JobEvent, JobState> onPauseConfirmed(JobState job, JobMessage.PauseConfirmed confirmed) {
        if (confirmed.epoch() == job.epoch() && job.phase().stopsWrites()) {
            agents.markPaused(confirmed.agent());
            work.finishPausing(job);
        }
        return Effect().none();
    }

    private Effect<JobEvent, JobState> onTakeOver(JobState job) {
        return carryOut(job, new JobCommand.TakeOver(), this::afterTakeOver).thenUnstashAll();
    }

    private Effect<JobEvent, JobState> onBeginPass(JobState job) {
        return passStart
                .request(job, lastSequenceNumber(context))
                .<Effect<JobEvent, JobState>>map(scope -> beginPass(job, scope))
                .orElseGet(() -> Effect().none());
    }

    private Effect<JobEvent, JobState> onListChecked(JobState job, JobInternalMessage.ListChecked checked) {
        return passStart
                .scope(job, checked.complete())
                .<Effect<JobEvent, JobState>>map(scope -> beginPass(job, scope))
                .orElseGet(() -> Effect().none());
    }

    private Effect<JobEvent, JobState> beginPass(JobState job, PassScope scope) {
        return carryOut(job, new JobCommand.StartPass(scope), stored -> {});
    }

    private Effect<JobEvent, JobState> onAssignmentAccepted(JobState job, JobMessage.AssignmentAccepted accepted) {
        return steps.markAccepted(job, accepted) ? gather(accepted) : Effect().none();
    }

    /** A busy agent gets the assignment again with the next reminder. After any other refusal the objects are replanned. */
    private Effect<JobEvent, JobState> onAssignmentRefused(JobState job, JobMessage.AssignmentRefused refused) {
        if (refused.reason() == Reason.AGENT_BUSY) {
            agents.markBusy(refused.assignmentId(), refused.detail());
            return Effect().none();
        }
        JobInternalMessage.GiveUp lost =
                new JobInternalMessage.GiveUp(refused.assignmentId(), refused.reason(), refused.detail());
        return carryOut(job, steps.giveUp(job, lost));
    }

    private Effect<JobEvent, JobState> onOrderFenced(JobState job, JobMessage.OrderFenced fenced) {
        if (!incarnation.mustOvertake(job, fenced, context.getLog())) {
            return Effect().none();
        }
        work.stopChildren();
        gathered.clear();
        return carryOut(job, new JobCommand.OvertakeFence(fenced.knownEpoch()), this::afterTakeOver);
    }

    private Effect<JobEvent, JobState> onReleaseAcknowledged(JobState job, JobMessage.ReleaseAcknowledged message) {
        UUID id = message.assignmentId();
        if (job.releases().find(id).isEmpty()) {
            return Effect().none();
        }
        boolean store = agents.markAcknowledged(id);
        boolean last = agents.acknowledged().size() == job.releases().all().size();
        return store || job.phase().terminal() || last && job.waitsForReleases()
                ? storeReleased(job)
                : Effect().none();
    }

    private Effect<JobEvent, JobState> storeReleased(JobState job) {
        return carryOut(job, new JobCommand.ReportReleased(agents.acknowledged()), stored -> {});
    }

    private Effect<JobEvent, JobState> onRemind(JobState job) {
        work.followTime(job);
        agents.remind(job, work.mayOrder());
        return agents.acknowledged().isEmpty() ? Effect().none() : storeReleased(job);
    }

    private Effect<JobEvent, JobState> onChildStopped(JobState job, boolean current) {
        if (!current) {
            return Effect().none();
        }
        work.stopChildren();
        if (incarnation.countChildFailure() >= MAX_CHILD_FAILURES && !isPausingOrFailing(job)) {
            incarnation.clearChildFailures();
            String reason = "a part of the job failed " + MAX_CHILD_FAILURES
                    + " times in a row; the manager's log contains the cause";
            return carryOut(job, new JobCommand.Fail(reason), stored -> {});
        }
        context.getLog()
                .error(
                        "job={} a child actor failed, see the log before; starting the children again in {}",
                        jobId,
                        CHILD_RESTART_DELAY);
        timers.startSingleTimer(JobInternalMessage.TakeOver.INSTANCE, CHILD_RESTART_DELAY);
        return Effect().none();
    }

    /** Such a job can't fail: a pausing job keeps its assignments, and the operator decides. */
    private static boolean isPausingOrFailing(JobState job) {
        return job.phase() == JobPhase.FAILING || job.phase().stopsWrites();
    }

    private Effect<JobEvent, JobState> onIdle(JobState job) {
        if (!job.isActive()) {
            shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
        return Effect().none();
    }

    private EffectBuilder<JobEvent, JobState> carryOut(JobState job, JobCommand command, Consumer<JobState> then) {
        return carryOut(job, steps.of(job, command, then));
    }

    /** The one place that turns decisions into effects. */
    private EffectBuilder<JobEvent, JobState> carryOut(JobState job, JobStep step) {
        long askedAt = incarnation.now();
        return Effect().persist(step.events()).thenRun((JobState stored) -> {
            if (!step.events().isEmpty()) {
                // The journal rejects an event whose number another incarnation has used.
                incarnation.prove(askedAt);
            }
            step.afterwards().accept(job, stored);
        });
    }

    @Override
    public EventHandler<JobState, JobEvent> eventHandler() {
        return JobState::apply;
    }

    @Override
    public SignalHandler<JobState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (job, signal) -> onRecovered(job))
                .onSignal(PostStop.class, (job, signal) -> onStopped(job))
                .build();
    }

    private void onStopped(JobState job) {
        work.leave();
        agents.leave(job);
    }

    /** After a failed persist, too: the actor recovers, and its children were stopped with it. */
    private void onRecovered(JobState job) {
        work.stopChildren();
        gathered.clear();
        incarnation.recovered();
        if (job.isActive()) {
            context.getSelf().tell(JobInternalMessage.TakeOver.INSTANCE);
        } else if (job.phase().terminal()) {
            work.enterPhase(job);
        } else {
            work.stopWhenIdle();
        }
    }

    private void afterTakeOver(JobState job) {
        incarnation.beginAfterTakeOver();
        context.getLog()
                .info(
                        "job={} resumed on this manager, epoch={} phase={} pass={}",
                        jobId,
                        job.epoch(),
                        job.phase(),
                        job.passes().number());
        work.enterPhase(job);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(resources.settings().snapshotEvery(), 2);
    }
}
