package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;

/** Scan and batcher of one pass, with the test as listener and no job; the leaving node is 1. */
abstract class BatcherFixture {
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final FencingToken TOKEN = new FencingToken(new UUID(7, 7), 1);

    final ActorTestKit kit = TestSettings.kit("batcher");
    final RecordsInMemory records = new RecordsInMemory();
    ScanResources scan = new ScanResources(records, records, new ScanPermits(() -> 32));
    /** What operators allow the job; empty for what the settings allow. */
    volatile Optional<PassLimits> limits = Optional.empty();

    final TestProbe<PlanningEvent> listener = kit.createTestProbe();
    /** Drops the reports of rows that are read: how many chunks a scan has read at a moment depends on time. */
    final ActorRef<PlanningEvent> events = kit.spawn(Behaviors.receiveMessage(event -> {
        if (!(event instanceof PlanningEvent.RowsRead)) {
            listener.getRef().tell(event);
        }
        return Behaviors.same();
    }));

    volatile WeightTotals weights = WeightTotals.UNKNOWN;
    /** The last marks of the events so far. */
    private final Map<Integer, ScanPosition> marks = new HashMap<>();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    static StorageNode node(int number, long freeMib) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, 10);
    }

    ActorRef<StorageNodeDirectory.Command> directory(DestinationCandidates candidates) {
        return kit.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                    subscribe.subscriber().tell(candidates);
                    return Behaviors.same();
                })
                .build());
    }

    private PlanningResources resources(DestinationCandidates candidates, String overrides) {
        EvacuateSettings settings = TestSettings.evacuate(overrides);
        return new PlanningResources(
                () -> settings,
                scan,
                directory(candidates),
                kit.spawn(SpaceBroker.create(Clock.systemUTC())),
                Clock.systemUTC(),
                new LiveLimits() {
                    @Override
                    public PassLimits now() {
                        return limits.orElseGet(() -> PassLimits.of(settings));
                    }

                    @Override
                    public void learnWeights(WeightTotals known) {
                        weights = known;
                    }
                });
    }

    /** Without a scan: the test sends the chunks. */
    ActorRef<AssignmentBatcher.Command> batcher(DestinationCandidates candidates, String overrides) {
        PassInput pass = PassInput.fromStart(TOKEN, location(1), PassInput.UNLIMITED);
        return kit.spawn(AssignmentBatcher.create(resources(candidates, overrides), pass, events));
    }

    ActorRef<AssignmentBatcher.Command> pass(DestinationCandidates candidates, String overrides, long budget) {
        PassInput pass = PassInput.fromStart(TOKEN, location(1), budget);
        ActorRef<AssignmentBatcher.Command> batcher =
                kit.spawn(AssignmentBatcher.create(resources(candidates, overrides), pass, events));
        kit.spawn(ScanCoordinator.create(scan, pass, batcher, events, Clock.systemUTC()));
        return batcher;
    }

    ActorRef<AssignmentBatcher.Command> pass(DestinationCandidates candidates, String overrides) {
        return pass(candidates, overrides, PassInput.UNLIMITED);
    }

    static DestinationCandidates reachable(StorageNode... nodes) {
        return new DestinationCandidates(true, List.of(nodes), List.of(), List.of());
    }

    private static boolean isIncidental(PlanningEvent event) {
        return event instanceof PlanningEvent.ScanMoved
                || event instanceof PlanningEvent.Waiting
                || event instanceof PlanningEvent.ShardDelayed
                || event instanceof PlanningEvent.ShardResumed;
    }

    <E extends PlanningEvent> E next(Class<E> kind) {
        PlanningEvent next = listener.receiveMessage(TIMEOUT);
        while (isIncidental(next)) {
            remember(next);
            next = listener.receiveMessage(TIMEOUT);
        }
        remember(next);
        assertThat(next).isInstanceOf(kind);
        return kind.cast(next);
    }

    private void remember(PlanningEvent event) {
        if (event instanceof PlanningEvent.ScanMoved moved) {
            marks.putAll(moved.marks());
        } else if (event instanceof PlanningEvent.BatchReady ready) {
            marks.putAll(ready.marks());
        }
    }

    PlanningEvent.BatchReady batch() {
        return next(PlanningEvent.BatchReady.class);
    }

    PlanningEvent.RecordsUnplaced unplaced() {
        return next(PlanningEvent.RecordsUnplaced.class);
    }

    void awaitDrained() {
        next(PlanningEvent.PassDrained.class);
    }

    static void end(ActorRef<AssignmentBatcher.Command> batcher, PlanningEvent.BatchReady ready) {
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(ready.assignment(), Leftover.NONE));
    }

    /** Reads events up to the end of the pass, and returns the number of records that its last marks count as unmoved. */
    long unmovedBeforeMarks() {
        awaitDrained();
        return marks.values().stream().mapToLong(mark -> mark.unmoved().total()).sum();
    }
}
