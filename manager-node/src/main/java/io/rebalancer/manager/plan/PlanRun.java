package io.rebalancer.manager.plan;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanProgress.State;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher;
import io.rebalancer.manager.evacuate.planning.Leftover;
import io.rebalancer.manager.evacuate.planning.PassInput;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.evacuate.planning.PlanningWait;
import io.rebalancer.manager.evacuate.planning.ScanCoordinator;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One plan: the scan and the batcher of a pass, whose assignments are counted and ended at once. The space that they used stays
 * used, so later objects get the destinations that they get in a job. Objects that only nodes with an unreachable agent could
 * take are unmovable now: a plan does not wait for agents. Stops when the plan is READY or FAILED.
 */
public final class PlanRun extends AbstractBehavior<PlanRun.Command> {
    /** About 16 MB of memory. */
    private static final int MAX_REMEMBERED_OBJECTS = 1 << 20;

    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

    /** Messages to a plan; they come from its children. */
    public sealed interface Command {}

    private record PlanningReported(PlanningEvent event) implements Command {}

    private record ChildStopped(String child) implements Command {}

    private enum Report implements Command {
        INSTANCE
    }

    private enum TimedOut implements Command {
        INSTANCE
    }

    /**
     * What the plan has found.
     *
     * @param plannedMib MiB for each destination
     */
    public record Progress(UUID planId, PlanProgress found, Map<StorageNodeId, Long> plannedMib) {
        public Progress {
            plannedMib = Map.copyOf(plannedMib);
        }
    }

    private final PlanInput input;
    private final ActorRef<Progress> listener;
    private final PlannedObjects planned = new PlannedObjects(MAX_REMEMBERED_OBJECTS);
    private final CountingScan scan;
    private final PlanTally tally;
    private final ActorRef<SpaceMessage> leases;
    private final ActorRef<AssignmentBatcher.Command> batcher;
    private String waiting = "";

    /** @param listener gets the progress every second, and last that of the ended plan */
    public static Behavior<Command> create(PlanInput input, PlanningResources resources, ActorRef<Progress> listener) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new PlanRun(context, timers, input, resources, listener)));
    }

    private PlanRun(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PlanInput input,
            PlanningResources resources,
            ActorRef<Progress> listener) {
        super(context);
        this.input = input;
        this.listener = listener;
        this.scan = new CountingScan(resources.scan().scan(), planned);
        CopyLocation leaving = input.order().leaving().get(0);
        this.tally =
                new PlanTally(leaving, resources.settings().get().placement().maxFillPercent(), input.nodes());
        FencingToken token = new FencingToken(input.planId(), 1);
        this.leases = context.spawn(PlanLeases.create(resources.spaceBroker(), token), "leases");
        PlanningResources own = new PlanningResources(
                () -> withoutWaits(resources.settings().get()),
                resources.scan().with(scan),
                context.spawn(RecordedFleet.create(input.fleet()), "fleet"),
                leases,
                resources.clock());
        long maxRecords = input.order().maxRecords();
        PassInput pass = PassInput.fromStart(token, leaving, maxRecords == 0 ? PassInput.UNLIMITED : maxRecords);
        ActorRef<PlanningEvent> events = context.messageAdapter(PlanningEvent.class, PlanningReported::new);
        this.batcher = context.spawn(AssignmentBatcher.create(own, pass, events), "batcher");
        ActorRef<ScanCoordinator.Command> coordinator =
                context.spawn(ScanCoordinator.create(own.scan(), pass, batcher, events, own.clock()), "scan");
        context.watchWith(leases, new ChildStopped("the leases"));
        context.watchWith(batcher, new ChildStopped("the planner"));
        context.watchWith(coordinator, new ChildStopped("the scan"));
        timers.startTimerWithFixedDelay(Report.INSTANCE, REPORT_INTERVAL);
        timers.startSingleTimer(TimedOut.INSTANCE, input.maxRunTime());
    }

    private static EvacuateSettings withoutWaits(EvacuateSettings settings) {
        return new EvacuateSettings(
                settings.batch(),
                settings.placement(),
                settings.maxAssignmentsInFlight(),
                settings.scan(),
                settings.excludeKeysContaining(),
                settings.commit(),
                settings.reminderInterval(),
                Duration.ZERO,
                settings.passDelay(),
                settings.timeouts(),
                settings.snapshotEvery());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(PlanningReported.class, reported -> onPlanningEvent(reported.event()))
                .onMessage(ChildStopped.class, stopped -> end(State.FAILED, stopped.child() + " stopped unexpectedly"))
                .onMessage(Report.class, tick -> report(State.RUNNING, waiting))
                .onMessage(TimedOut.class, tick -> onTimedOut())
                .build();
    }

    private Behavior<Command> onPlanningEvent(PlanningEvent event) {
        if (event instanceof PlanningEvent.BatchReady ready) {
            onBatchReady(ready);
        } else if (event instanceof PlanningEvent.RecordsUnplaced unplaced) {
            tally.add(unplaced.records());
        } else if (event instanceof PlanningEvent.Waiting waits) {
            waiting = waits.waits().stream().map(PlanningWait::detail).collect(Collectors.joining("; "));
        } else if (event instanceof PlanningEvent.ShardDelayed delayed) {
            waiting = "metadata shard " + delayed.shard() + " can't be scanned since " + delayed.since() + ": "
                    + delayed.cause();
        } else if (event instanceof PlanningEvent.ShardResumed) {
            waiting = "";
        } else if (event instanceof PlanningEvent.ScanFailed failed) {
            return end(State.FAILED, failed.reason());
        } else if (event instanceof PlanningEvent.PassDrained) {
            return end(
                    State.READY,
                    planned.hasOverflowed()
                            ? "an object with several records may be counted once for each, because the plan has more than "
                                    + MAX_REMEMBERED_OBJECTS + " objects"
                            : "");
        }
        return this;
    }

    /** The order matters: the object is remembered and its space is used before the planner forgets the assignment. */
    private void onBatchReady(PlanningEvent.BatchReady ready) {
        tally.add(ready.assignment());
        ready.assignment().tasks().forEach(task -> planned.add(task.objectId()));
        leases.tell(new PlanLeases.Used(SpaceLease.of(ready.assignment())));
        batcher.tell(AssignmentBatcher.AssignmentEnded.withdrawn(ready.assignment(), Leftover.NONE));
    }

    private Behavior<Command> onTimedOut() {
        return end(
                State.FAILED,
                "not ready after " + input.maxRunTime() + (waiting.isEmpty() ? "" : "; it waited for: " + waiting));
    }

    private Behavior<Command> end(State state, String note) {
        report(state, note);
        return Behaviors.stopped();
    }

    private Behavior<Command> report(State state, String note) {
        listener.tell(new Progress(
                input.planId(),
                new PlanProgress(state, tally.moves(scan.shares()), tally.unmovable(), note),
                tally.plannedMib()));
        return this;
    }
}
