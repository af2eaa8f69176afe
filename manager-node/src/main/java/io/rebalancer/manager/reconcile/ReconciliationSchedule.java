package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleEvent;
import io.rebalancer.core.reconcile.ScheduleState;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * The runs of reconciliation that have not ended, and the rule that only one run at a time compares a storage node. A cluster
 * singleton. Every few seconds it sends {@code CreateRun} again to each run, so a run starts even if the manager that
 * registered it crashed, and its end is known even if the run's own report was lost.
 */
public final class ReconciliationSchedule extends EventSourcedBehavior<ScheduleMessage, ScheduleEvent, ScheduleState> {
    private static final PersistenceId ID = PersistenceId.ofUniqueId(Entities.RECONCILIATION_SCHEDULE_ID);
    private static final int SNAPSHOT_EVERY = 100;
    private static final Duration REVIEW_INTERVAL = Duration.ofSeconds(10);

    private record RunAnswered(UUID runId, ReconcileMessage.RunFound reply) implements ScheduleMessage {}

    private record RunSilent(UUID runId) implements ScheduleMessage {}

    private enum Review implements ScheduleMessage {
        INSTANCE
    }

    private final ActorContext<ScheduleMessage> context;
    private final Clock clock;
    private final Duration reviewInterval;

    /** A schedule that sends its messages every 10 seconds. */
    public static Behavior<ScheduleMessage> create(Clock clock) {
        return create(clock, REVIEW_INTERVAL);
    }

    /** @param reviewInterval how often it sends {@code CreateRun} to the runs that have not ended */
    static Behavior<ScheduleMessage> create(Clock clock, Duration reviewInterval) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Review.INSTANCE, reviewInterval);
            return new ReconciliationSchedule(context, clock, reviewInterval);
        }));
    }

    private ReconciliationSchedule(ActorContext<ScheduleMessage> context, Clock clock, Duration reviewInterval) {
        super(ID, PersistentEntities.restart());
        this.context = context;
        this.clock = clock;
        this.reviewInterval = reviewInterval;
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
                .onCommand(ScheduleMessage.RunEnded.class, (runs, ended) -> close(runs, ended.runId(), ended.roots()))
                .onCommand(RunAnswered.class, this::onRunAnswered)
                .onCommand(RunSilent.class, (runs, silent) -> onRunSilent(silent))
                .onCommand(Review.class, (runs, review) -> onReview(runs))
                .build();
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
        return Effect()
                .persist(new ScheduleEvent.RunRegistered(order, clock.instant()))
                .thenRun((ScheduleState stored) -> {
                    start(order);
                    register.replyTo().tell(registered);
                });
    }

    private static RunOrder order(ScheduleState runs, ScheduleMessage.RegisterRun register) {
        Map<StorageNodeId, String> roots = new HashMap<>();
        if (!register.acceptRoots()) {
            register.nodes()
                    .forEach(node ->
                            Optional.ofNullable(runs.roots().get(node)).ifPresent(root -> roots.put(node, root)));
        }
        return new RunOrder(
                register.runId(),
                runs.lastNumber() + 1,
                register.mode(),
                register.nodes(),
                register.planId(),
                register.orderedBy(),
                roots,
                register.readsContents(),
                register.repairs());
    }

    private Effect<ScheduleEvent, ScheduleState> onRunAnswered(ScheduleState runs, RunAnswered answered) {
        RunState run = answered.reply().state();
        if (!run.phase().terminal()) {
            return Effect().none();
        }
        return close(runs, answered.runId(), run.roots());
    }

    /** The next review repeats the message. */
    private Effect<ScheduleEvent, ScheduleState> onRunSilent(RunSilent silent) {
        context.getLog()
                .warn("run={} did not reply to the schedule; retrying within {}", silent.runId(), reviewInterval);
        return Effect().none();
    }

    private Effect<ScheduleEvent, ScheduleState> close(
            ScheduleState runs, UUID runId, Map<StorageNodeId, String> roots) {
        return runs.find(runId).isPresent()
                ? Effect().persist(new ScheduleEvent.RunClosed(runId, roots, clock.instant()))
                : Effect().none();
    }

    private Effect<ScheduleEvent, ScheduleState> onReview(ScheduleState runs) {
        runs.active().forEach(this::start);
        return Effect().none();
    }

    private void start(RunOrder order) {
        context.pipeToSelf(
                ClusterSharding.get(context.getSystem())
                        .entityRefFor(Entities.RECONCILIATION_RUN, order.id().toString())
                        .<ReconcileMessage.RunReply>ask(
                                replyTo -> new ReconcileMessage.CreateRun(order, replyTo), reviewInterval),
                (reply, failure) -> failure == null && reply instanceof ReconcileMessage.RunFound found
                        ? new RunAnswered(order.id(), found)
                        : new RunSilent(order.id()));
    }

    @Override
    public EventHandler<ScheduleState, ScheduleEvent> eventHandler() {
        return ScheduleState::apply;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
