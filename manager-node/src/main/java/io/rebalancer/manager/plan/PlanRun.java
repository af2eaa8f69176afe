package io.rebalancer.manager.plan;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanProgress.State;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher;
import io.rebalancer.manager.evacuate.planning.Leftover;
import io.rebalancer.manager.evacuate.planning.PassInput;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.evacuate.planning.PlanningWait;
import io.rebalancer.manager.evacuate.planning.ScanCoordinator;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
 * used, so later objects get the destinations that they get in a job. Several leaving nodes are planned one after the other. Objects
 * that only nodes with an unreachable agent could take are unmovable now: a plan does not wait for agents. So are objects whose copies
 * are all in lost datacenters of the scenario. Equal records, fleets and seeds have equal results. Stops when the plan is READY or FAILED.
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
    private final PlanningResources resources;
    private final ActorRef<Progress> listener;
    private final ActorRef<PlanningEvent> events;
    private final ActorRef<SpaceMessage> leases;
    private final MovedCopies moved = new MovedCopies();
    private final ShardCounts counts = new ShardCounts();
    private final PlanSources sources;
    private final PlanTally tally;
    private PlannedPass pass;
    private boolean overflowed;
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
        this.resources = resources;
        this.listener = listener;
        this.events = context.messageAdapter(PlanningEvent.class, PlanningReported::new);
        this.leases = context.spawn(PlanLeases.create(new FencingToken(input.planId(), 1), input.fleet()), "leases");
        context.watchWith(leases, new ChildStopped("the leases"));
        this.sources = new PlanSources(input.order().scenario(), MAX_REMEMBERED_OBJECTS);
        this.pass = begin(0);
        this.tally = new PlanTally(
                pass.settings().placement().maxFillPercent(), input.fleet().allNodes());
        timers.startTimerWithFixedDelay(Report.INSTANCE, REPORT_INTERVAL);
        timers.startSingleTimer(TimedOut.INSTANCE, input.maxRunTime());
    }

    /**
     * Planning of one leaving node.
     *
     * @param number of the node in the order of the plan
     */
    private record PlannedPass(
            int number,
            CopyLocation leaving,
            EvacuateSettings settings,
            PlannedObjects planned,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<ScanCoordinator.Command> coordinator) {}

    private PlannedPass begin(int number) {
        CopyLocation leaving = input.order().leaving().get(number);
        EvacuateSettings settings = PlanSettings.of(resources.settings().get(), input.order(), leaving);
        PlannedObjects planned = new PlannedObjects(MAX_REMEMBERED_OBJECTS);
        leases.tell(PlanLeases.Begin.INSTANCE);
        PlanningResources own = new PlanningResources(
                () -> settings,
                scan(planned),
                getContext().spawn(RecordedFleet.create(input.fleet().nodes()), "fleet-" + number),
                leases,
                Clock.fixed(resources.clock().instant(), ZoneOffset.UTC));
        long maxRecords = input.order().maxRecords();
        PassInput pass = PassInput.fromStart(
                new FencingToken(input.planId(), 1), leaving, maxRecords == 0 ? PassInput.UNLIMITED : maxRecords);
        ActorRef<AssignmentBatcher.Command> batcher = getContext()
                .spawn(
                        AssignmentBatcher.repeatable(own, pass, events, sources, input.seed() + number),
                        "batcher-" + number);
        ActorRef<ScanCoordinator.Command> coordinator = getContext()
                .spawn(ScanCoordinator.create(own.scan(), pass, batcher, events, resources.clock()), "scan-" + number);
        getContext().watchWith(batcher, new ChildStopped("the planner"));
        getContext().watchWith(coordinator, new ChildStopped("the scan"));
        return new PlannedPass(number, leaving, settings, planned, batcher, coordinator);
    }

    /** The permits are those of all scans, but for reads of live records, which wait for nothing: a plan reads them one by one. */
    private ScanResources scan(PlannedObjects planned) {
        ScanResources shared = resources.scan();
        RecordScan ordered = new OrderedScan(shared.scan(), shared.permits(), () -> {
            CompletableFuture<Boolean> quiet = new CompletableFuture<>();
            leases.tell(new PlanLeases.ReadWanted(quiet));
            return quiet;
        });
        return new ScanResources(
                new CountingScan(ordered, planned, moved, counts),
                new PlannedTier(shared.tier(), moved),
                new ScanPermits(() -> Math.max(1, shared.shards().size())));
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
            return onPassDrained();
        }
        return this;
    }

    /** The order matters: the object is remembered and its space is used before the planner forgets the assignment. */
    private void onBatchReady(PlanningEvent.BatchReady ready) {
        Assignment assignment = ready.assignment();
        tally.add(assignment, pass.leaving());
        assignment.tasks().forEach(task -> pass.planned().add(task.objectId()));
        moved.add(assignment, pass.leaving().storageNode(), later());
        leases.tell(new PlanLeases.Used(SpaceLease.of(assignment)));
        pass.batcher().tell(AssignmentBatcher.AssignmentEnded.withdrawn(assignment, Leftover.NONE));
    }

    private List<StorageNodeId> later() {
        List<CopyLocation> all = input.order().leaving();
        return all.subList(pass.number() + 1, all.size()).stream()
                .map(CopyLocation::storageNode)
                .toList();
    }

    private Behavior<Command> onPassDrained() {
        overflowed = overflowed || pass.planned().hasOverflowed();
        if (later().isEmpty()) {
            return end(State.READY, limits());
        }
        getContext().unwatch(pass.batcher());
        getContext().unwatch(pass.coordinator());
        getContext().stop(pass.batcher());
        getContext().stop(pass.coordinator());
        pass = begin(pass.number() + 1);
        return this;
    }

    private String limits() {
        List<String> limits = new ArrayList<>();
        if (overflowed) {
            limits.add("an object with several records may be counted once for each, because a node has more than "
                    + MAX_REMEMBERED_OBJECTS + " objects");
        }
        if (sources.hasOverflowed()) {
            limits.add(
                    "an object with fewer than two copies may be counted as such once for each of its records, because there are"
                            + " more than " + MAX_REMEMBERED_OBJECTS + " of them");
        }
        if (moved.hasOverflowed()) {
            limits.add("two copies of an object may have the same destination, because more than "
                    + MovedCopies.MAX_OBJECTS + " objects have copies on several of the nodes");
        }
        return String.join("; ", limits);
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
                new PlanProgress(
                        state, tally.moves(counts.shares()), tally.unmovable(), sources.belowTwoCopies(), note),
                tally.plannedMib()));
        return this;
    }
}
