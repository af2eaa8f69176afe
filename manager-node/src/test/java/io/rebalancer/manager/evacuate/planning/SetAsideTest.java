package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.testsupport.SettableClock;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Node 3 is small; node 4 is large, and its agent is unreachable at first. */
@Tag("slow")
class SetAsideTest {
    private static final ActorTestKit KIT = TestSettings.kit("aside");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long BIG = 100L << 30;
    private static final StorageNode SMALL = node(3, 5_000);
    private static final StorageNode LARGE = node(4, 5_000_000);

    private final SettableClock clock = new SettableClock();
    private final EvacuateSettings settings =
            TestSettings.evacuate("rebalancer.evacuate { max-tasks-per-assignment = 10, agent-lost-after = 60s }");
    private final TestProbe<PlanningEvent> listener = KIT.createTestProbe();
    private final TestProbe<StorageNodeDirectory.Command> directory = KIT.createTestProbe();
    private final TestProbe<ShardScan.Command> scan = KIT.createTestProbe();
    private final ActorRef<AssignmentBatcher.Command> batcher = KIT.spawn(AssignmentBatcher.create(
            new PlanningResources(
                    () -> settings,
                    new RecordsInMemory().scan(),
                    directory.getRef(),
                    KIT.spawn(SpaceBroker.create(Clock.systemUTC())),
                    clock),
            PassInput.fromStart(new FencingToken(new UUID(7, 7), 1), location(1), PassInput.UNLIMITED),
            listener.getRef()));
    private final ActorRef<DestinationCandidates> subscriber = directory
            .expectMessageClass(StorageNodeDirectory.Subscribe.class, TIMEOUT)
            .subscriber();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageNode node(int number, long freeMib) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, 10);
    }

    private void showLargeAsUnreachable() {
        subscriber.tell(new DestinationCandidates(true, List.of(SMALL), List.of(LARGE), List.of()));
    }

    private void scan(RecordScan.Row... rows) {
        batcher.tell(SizedObjects.chunk(scan.getRef(), rows));
        scan.expectMessageClass(ShardScan.ChunkWanted.class, TIMEOUT);
    }

    private <E extends PlanningEvent> E next(Class<E> kind) {
        PlanningEvent next = listener.receiveMessage(TIMEOUT);
        while (!kind.isInstance(next)) {
            next = listener.receiveMessage(TIMEOUT);
        }
        return kind.cast(next);
    }

    @Test
    void anObjectThatOnlyAnUnreachableNodeCouldTakeHoldsUpNoOther() {
        showLargeAsUnreachable();
        List<RecordScan.Row> rows = new ArrayList<>(List.of(SizedObjects.row(100, BIG)));
        IntStream.range(0, 10).forEach(i -> rows.add(SizedObjects.row(i, 5)));
        scan(rows.toArray(RecordScan.Row[]::new));
        Assignment small = next(PlanningEvent.BatchReady.class).assignment();
        assertThat(small.tasks()).hasSize(10);
        assertThat(small.destination()).isEqualTo(location(3));
        assertThat(next(PlanningEvent.Waiting.class).waits()).singleElement().satisfies(wait -> {
            assertThat(wait.cause()).isEqualTo(PlanningWait.Cause.DESTINATION_UNREACHABLE);
            assertThat(wait.since()).isEqualTo(clock.instant());
            assertThat(wait.until()).contains(clock.instant().plusSeconds(60));
            assertThat(wait.objects()).isEqualTo(1);
            assertThat(wait.detail()).contains("4.stor");
        });
        // The agent returns.
        subscriber.tell(new DestinationCandidates(true, List.of(SMALL, LARGE), List.of(), List.of()));
        batcher.tell(new AssignmentBatcher.ShardScanned(1));
        batcher.tell(new AssignmentBatcher.ShardScanned(2));
        Assignment big = next(PlanningEvent.BatchReady.class).assignment();
        assertThat(big.destination()).isEqualTo(location(4));
        assertThat(next(PlanningEvent.Waiting.class).waits()).isEmpty();
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(small, Leftover.NONE));
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(big, Leftover.NONE));
        next(PlanningEvent.PassDrained.class);
    }

    @Test
    void everyObjectWaitsByItsOwnClock() {
        showLargeAsUnreachable();
        scan(SizedObjects.row(1, BIG));
        clock.pass(Duration.ofSeconds(30));
        scan(SizedObjects.row(2, BIG));
        clock.pass(Duration.ofSeconds(30));
        List<UnmovedRecord> first = next(PlanningEvent.RecordsUnplaced.class).records();
        assertThat(first).singleElement().satisfies(each -> {
            assertThat(each.record()).isEqualTo(RecordsInMemory.ref(1));
            assertThat(each.reason()).isEqualTo(Reason.DESTINATION_UNREACHABLE);
            assertThat(each.detail()).contains("4.stor");
        });
        clock.pass(Duration.ofSeconds(30));
        assertThat(next(PlanningEvent.RecordsUnplaced.class).records())
                .extracting(UnmovedRecord::record)
                .containsExactly(RecordsInMemory.ref(2));
        batcher.tell(new AssignmentBatcher.ShardScanned(1));
        batcher.tell(new AssignmentBatcher.ShardScanned(2));
        next(PlanningEvent.PassDrained.class);
    }

    @Test
    void theOldestIsUnplacedWhenTooManyWait() {
        showLargeAsUnreachable();
        scan(IntStream.rangeClosed(1, SetAside.MAX_OBJECTS + 1)
                .mapToObj(i -> SizedObjects.row(i, BIG))
                .toArray(RecordScan.Row[]::new));
        assertThat(next(PlanningEvent.RecordsUnplaced.class).records())
                .extracting(UnmovedRecord::record)
                .containsExactly(RecordsInMemory.ref(1));
    }

    /** A node that a job begins to empty while a batch for it is open. */
    @Test
    void anOpenBatchIsPlacedAgainWhenItsDestinationMayReceiveNothing() {
        subscriber.tell(new DestinationCandidates(true, List.of(LARGE), List.of(), List.of()));
        scan(SizedObjects.row(1, 5));
        subscriber.tell(new DestinationCandidates(true, List.of(SMALL), List.of(), List.of(LARGE)));
        // The next tick has passed when the batcher subscribes again.
        directory.expectMessageClass(StorageNodeDirectory.Subscribe.class, TIMEOUT);
        directory.expectMessageClass(StorageNodeDirectory.Subscribe.class, TIMEOUT);
        batcher.tell(new AssignmentBatcher.ShardScanned(1));
        batcher.tell(new AssignmentBatcher.ShardScanned(2));
        assertThat(next(PlanningEvent.BatchReady.class).assignment().destination())
                .isEqualTo(location(3));
    }
}
