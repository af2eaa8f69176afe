package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.JobMessage.JobReply;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.NodesOutOfService;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeRules;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import io.rebalancer.core.registry.ServiceState;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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
 * All jobs, the storage nodes that are out of service, and the rule that only one job at a time empties a storage node. A
 * cluster singleton. Every few seconds it
 * sends {@code CreateJob} again to each job that has not ended. So a job starts even if the manager that registered it
 * crashed, and its end is registered even if the job's own report was lost.
 */
public final class JobRegistry extends EventSourcedBehavior<RegistryMessage, RegistryEvent, RegistryState> {
    private static final PersistenceId ID = PersistenceId.ofUniqueId(Entities.JOB_REGISTRY_ID);
    private static final int SNAPSHOT_EVERY = 100;
    private static final Duration REVIEW_INTERVAL = Duration.ofSeconds(10);

    private record JobAnswered(UUID jobId, JobReply reply) implements RegistryMessage {}

    private record JobSilent(UUID jobId) implements RegistryMessage {}

    private record WatcherGone(ActorRef<NodesOutOfService> watcher) implements RegistryMessage {}

    private enum Review implements RegistryMessage {
        INSTANCE
    }

    private final ActorContext<RegistryMessage> context;
    private final TimerScheduler<RegistryMessage> timers;
    private final Clock clock;
    private final Duration reviewInterval;
    /** Directories of managers, which repeat their subscription. */
    private final Set<ActorRef<NodesOutOfService>> watchers = new HashSet<>();

    public static Behavior<RegistryMessage> create(Clock clock) {
        return create(clock, REVIEW_INTERVAL);
    }

    /** @param reviewInterval how often it sends {@code CreateJob} to the jobs that have not ended */
    public static Behavior<RegistryMessage> create(Clock clock, Duration reviewInterval) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new JobRegistry(context, timers, clock, reviewInterval)));
    }

    private JobRegistry(
            ActorContext<RegistryMessage> context,
            TimerScheduler<RegistryMessage> timers,
            Clock clock,
            Duration reviewInterval) {
        super(ID, PersistentEntities.restart());
        this.context = context;
        this.timers = timers;
        this.clock = clock;
        this.reviewInterval = reviewInterval;
    }

    @Override
    public RegistryState emptyState() {
        return RegistryState.EMPTY;
    }

    @Override
    public CommandHandler<RegistryMessage, RegistryEvent, RegistryState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(
                        RegistryMessage.RegisterJob.class,
                        (jobs, order) -> onRegister(
                                jobs,
                                new RegistryEvent.JobRegistered(
                                        order.jobId(), order.leaving(), order.maxRecords(), clock.instant()),
                                order.replyTo()))
                .onCommand(
                        RegistryMessage.RegisterRetry.class,
                        (jobs, order) -> onRegister(
                                jobs,
                                new RegistryEvent.JobRegistered(
                                        order.jobId(),
                                        order.leaving(),
                                        0,
                                        Optional.of(order.selection()),
                                        clock.instant()),
                                order.replyTo()))
                .onCommand(RegistryMessage.ListJobs.class, this::onListJobs)
                .onCommand(
                        RegistryMessage.JobEnded.class,
                        (jobs, ended) -> close(jobs, ended.jobId(), ended.failed(), ended.emptied()))
                .onCommand(RegistryMessage.WatchNodes.class, this::onWatchNodes)
                .onCommand(
                        RegistryMessage.RecommissionNode.class,
                        (jobs, order) -> changeNode(
                                order.node(),
                                NodeRules.recommission(jobs, order.node(), clock.instant()),
                                order.replyTo()))
                .onCommand(
                        RegistryMessage.ExcludeNode.class,
                        (jobs, order) -> changeNode(
                                order.node(), NodeRules.exclude(jobs, order.node(), clock.instant()), order.replyTo()))
                .onCommand(
                        RegistryMessage.RemoveNode.class,
                        (jobs, order) -> changeNode(
                                order.node(), NodeRules.remove(jobs, order.node(), clock.instant()), order.replyTo()))
                .onCommand(WatcherGone.class, (jobs, gone) -> onWatcherGone(gone))
                .onCommand(JobAnswered.class, this::onJobAnswered)
                .onCommand(JobSilent.class, (jobs, silent) -> onJobSilent(silent))
                .onCommand(Review.class, (jobs, review) -> onReview(jobs))
                .build();
    }

    private Effect<RegistryEvent, RegistryState> onRegister(
            RegistryState jobs, RegistryEvent.JobRegistered register, ActorRef<RegistryMessage.RegistryReply> replyTo) {
        Optional<RegisteredJob> active = jobs.activeOn(register.leaving().storageNode());
        boolean known = jobs.find(register.jobId()).isPresent();
        if (!known && active.isPresent()) {
            UUID other = active.get().id();
            return Effect()
                    .none()
                    .thenRun((RegistryState same) -> replyTo.tell(new RegistryMessage.NodeAlreadyLeaving(other)));
        }
        if (!known && jobs.nodes().stateOf(register.leaving().storageNode()) == ServiceState.REMOVED) {
            StorageNodeId node = register.leaving().storageNode();
            String detail = node + " was removed from the fleet; if it is back, put it in service first:"
                    + " rebalancer-adm node recommission " + node;
            return Effect()
                    .none()
                    .thenRun((RegistryState same) -> replyTo.tell(new RegistryMessage.NodeRefused(node, detail)));
        }
        RegistryMessage.JobRegistered answer = new RegistryMessage.JobRegistered(register.jobId());
        if (known) {
            return Effect().none().thenRun((RegistryState same) -> replyTo.tell(answer));
        }
        return Effect().persist((RegistryEvent) register).thenRun((RegistryState stored) -> {
            pushNodes(stored);
            stored.find(register.jobId()).ifPresent(job -> start(stored, job));
            replyTo.tell(answer);
        });
    }

    private Effect<RegistryEvent, RegistryState> onListJobs(RegistryState jobs, RegistryMessage.ListJobs list) {
        return Effect()
                .none()
                .thenRun((RegistryState same) -> list.replyTo().tell(new RegistryMessage.Jobs(jobs.jobs())));
    }

    private Effect<RegistryEvent, RegistryState> onJobAnswered(RegistryState jobs, JobAnswered answered) {
        if (answered.reply() instanceof JobMessage.JobStands found
                && found.state().phase().terminal()) {
            JobPhase phase = found.state().phase();
            return close(jobs, answered.jobId(), phase == JobPhase.FAILED, phase == JobPhase.DONE);
        }
        return Effect().none();
    }

    /** The next review repeats the message. */
    private Effect<RegistryEvent, RegistryState> onJobSilent(JobSilent silent) {
        context.getLog()
                .warn("job={} did not reply to the registry; retrying within {}", silent.jobId(), reviewInterval);
        return Effect().none();
    }

    private Effect<RegistryEvent, RegistryState> close(
            RegistryState jobs, UUID jobId, boolean failed, boolean emptied) {
        boolean open = jobs.find(jobId).filter(job -> !job.ended()).isPresent();
        if (!open) {
            return Effect().none();
        }
        RegistryEvent.Closing closing = new RegistryEvent.Closing(emptied, clock.instant());
        return Effect()
                .persist(new RegistryEvent.JobClosed(jobId, failed, Optional.of(closing)))
                .thenRun(this::pushNodes);
    }

    private Effect<RegistryEvent, RegistryState> onWatchNodes(RegistryState jobs, RegistryMessage.WatchNodes watch) {
        return Effect().none().thenRun((RegistryState same) -> {
            if (watchers.add(watch.subscriber())) {
                context.watchWith(watch.subscriber(), new WatcherGone(watch.subscriber()));
            }
            if (watch.known() != lastSequenceNumber(context)) {
                watch.subscriber().tell(nodesOutOfService(jobs));
            }
        });
    }

    private Effect<RegistryEvent, RegistryState> onWatcherGone(WatcherGone gone) {
        watchers.remove(gone.watcher());
        return Effect().none();
    }

    private Effect<RegistryEvent, RegistryState> changeNode(
            StorageNodeId node, NodeRules.Decision decision, ActorRef<RegistryMessage.RegistryReply> replyTo) {
        if (decision.refusal().isPresent()) {
            RegistryMessage.NodeRefused refused =
                    new RegistryMessage.NodeRefused(node, decision.refusal().get());
            return Effect().none().thenRun((RegistryState same) -> replyTo.tell(refused));
        }
        return Effect().persist(decision.events()).thenRun((RegistryState stored) -> {
            if (!decision.events().isEmpty()) {
                context.getLog().info("node={} is {}", node, stored.nodes().stateOf(node));
            }
            pushNodes(stored);
            replyTo.tell(new RegistryMessage.NodeChanged(node));
        });
    }

    private void pushNodes(RegistryState stored) {
        watchers.forEach(watcher -> watcher.tell(nodesOutOfService(stored)));
    }

    private NodesOutOfService nodesOutOfService(RegistryState jobs) {
        return new NodesOutOfService(
                lastSequenceNumber(context), List.copyOf(jobs.nodes().byNode().values()));
    }

    private Effect<RegistryEvent, RegistryState> onReview(RegistryState jobs) {
        jobs.active().forEach(job -> start(jobs, job));
        return Effect().none();
    }

    private void start(RegistryState jobs, RegisteredJob job) {
        context.pipeToSelf(
                ClusterSharding.get(context.getSystem())
                        .entityRefFor(Entities.EVACUATE_JOB, job.id().toString())
                        .<JobReply>ask(replyTo -> create(jobs, job, replyTo), reviewInterval),
                (reply, failure) -> failure == null ? new JobAnswered(job.id(), reply) : new JobSilent(job.id()));
    }

    private static JobMessage create(RegistryState jobs, RegisteredJob job, ActorRef<JobReply> replyTo) {
        return jobs.selectionOf(job.id())
                .<JobMessage>map(selection -> new JobMessage.CreateRetry(job.leaving(), selection, replyTo))
                .orElseGet(() -> new JobMessage.CreateJob(job.leaving(), job.maxRecords(), replyTo));
    }

    @Override
    public EventHandler<RegistryState, RegistryEvent> eventHandler() {
        return RegistryState::apply;
    }

    /** After a failed write the same actor recovers again, and its timer has ended. */
    @Override
    public SignalHandler<RegistryState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(
                        RecoveryCompleted.instance(),
                        jobs -> timers.startTimerWithFixedDelay(Review.INSTANCE, reviewInterval))
                .build();
    }

    /** The list of jobs is short, but it is replayed at every start and every move. */
    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
