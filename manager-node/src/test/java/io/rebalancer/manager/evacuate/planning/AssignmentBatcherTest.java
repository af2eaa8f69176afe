package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.UnmovedRecords;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How objects find their way into assignments, and what limits them. */
@Tag("slow")
class AssignmentBatcherTest extends BatcherFixture {

    @Test
    void everyRecordOfTheNodeIsPlannedOnceAndThePassEndsAfterAllAssignments() {
        IntStream.range(0, 100).forEach(i -> records.put(i, i, i % 2 == 0 ? 1 : 4, 2));
        ActorRef<AssignmentBatcher.Command> batcher =
                pass(reachable(node(3, 50_000), node(5, 40_000)), "rebalancer.evacuate.max-tasks-per-assignment = 20");
        List<CopyTask> tasks = new ArrayList<>();
        while (tasks.size() < 50) {
            PlanningEvent.BatchReady ready = batch();
            assertThat(ready.assignment().tasks()).hasSizeLessThanOrEqualTo(20);
            assertThat(ready.assignment().destination()).isIn(location(3), location(5));
            tasks.addAll(ready.assignment().tasks());
            end(batcher, ready);
        }
        awaitDrained();
        assertThat(tasks).hasSize(50).extracting(CopyTask::objectId).doesNotHaveDuplicates();
        assertThat(tasks)
                .allSatisfy(task -> assertThat(task.sources())
                        .containsExactly(location(2).storageNode(), location(1).storageNode()));
    }

    @Test
    void recordsOfOneObjectBecomeOneTask() {
        records.put(1, 1, 1, 2);
        records.put(11, 1, 1, 2);
        records.put(12, 1, 1, 2);
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), "");
        PlanningEvent.BatchReady ready = batch();
        assertThat(ready.assignment().tasks()).hasSize(1);
        end(batcher, ready);
        awaitDrained();
    }

    @Test
    void assignmentsInFlightAreLimited() {
        IntStream.range(0, 60).forEach(i -> records.put(i, i, 1, 2));
        String few = "rebalancer.evacuate { max-tasks-per-assignment = 5, max-assignments-in-flight = 3 }";
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), few);
        List<PlanningEvent.BatchReady> inFlight = new ArrayList<>(List.of(batch(), batch(), batch()));
        listener.expectNoMessage(Duration.ofMillis(700));
        int seen = 15;
        while (seen < 60) {
            end(batcher, inFlight.remove(0));
            PlanningEvent.BatchReady next = batch();
            seen += next.assignment().tasks().size();
            inFlight.add(next);
        }
        inFlight.forEach(each -> end(batcher, each));
        awaitDrained();
    }

    /** An object has 5 bytes, so the second assignment would be due after days. */
    @Test
    void bytesAreLimitedAndANewLimitHoldsAtOnce() {
        IntStream.range(0, 20).forEach(i -> records.put(i, i, 1, 2));
        limits = Optional.of(new PassLimits(24, 1, 0, 1));
        String few = "rebalancer.evacuate { max-tasks-per-assignment = 5 }";
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), few);
        PlanningEvent.BatchReady first = batch();
        await().atMost(TIMEOUT)
                .until(() -> listener.receiveMessage(TIMEOUT) instanceof PlanningEvent.Waiting waiting
                        && waiting.waits().stream().anyMatch(each -> each.cause() == PlanningWait.Cause.RATE_LIMIT));
        limits = Optional.of(new PassLimits(24, 0, 0, 1));
        end(batcher, first);
        for (int planned = first.assignment().tasks().size(); planned < 20; ) {
            PlanningEvent.BatchReady next = batch();
            planned += next.assignment().tasks().size();
            end(batcher, next);
        }
        awaitDrained();
    }

    @Test
    void rowsAreLimitedAndANewLimitHoldsAtOnce() {
        IntStream.range(0, 60).forEach(i -> records.put(i, i, 1, 2));
        limits = Optional.of(new PassLimits(24, 0, 1, 1));
        String few = "rebalancer.evacuate { scan-chunk = 10, max-tasks-per-assignment = 5 }";
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), few);
        int planned = 0;
        // One chunk of each of the two shards is read before the limit holds.
        while (planned < 20) {
            PlanningEvent.BatchReady ready = batch();
            planned += ready.assignment().tasks().size();
            end(batcher, ready);
        }
        limits = Optional.of(new PassLimits(24, 0, 0, 1));
        while (planned < 60) {
            PlanningEvent.BatchReady ready = batch();
            planned += ready.assignment().tasks().size();
            end(batcher, ready);
        }
        awaitDrained();
    }

    @Test
    void aJobThatPlansAnnouncesItsWeight() {
        records.put(1, 1, 1, 2);
        limits = Optional.of(new PassLimits(24, 0, 0, 4));
        pass(reachable(node(3, 50_000)), "");
        await().atMost(TIMEOUT).until(() -> weights.total() == 4);
    }

    /** A shard changes all of its records of an assignment in one write. RecordsInMemory has odd numbers on shard 2. */
    @Test
    void theRecordsOfAShardShareTheirAssignments() {
        IntStream.range(0, 200).forEach(i -> records.put(i, i, 1, 2));
        StorageNode[] nodes =
                IntStream.range(3, 23).mapToObj(i -> node(i, 50_000)).toArray(StorageNode[]::new);
        // The scan never ends, so only full batches are ready.
        ActorRef<AssignmentBatcher.Command> batcher = batcher(
                reachable(nodes), "rebalancer.evacuate { max-tasks-per-assignment = 50, max-assignment-age = 1h }");
        for (int shard = 1; shard <= 2; shard++) {
            batcher.tell(new AssignmentBatcher.ChunkFound(
                    shard,
                    ScanPosition.at(ScanColumn.ID, 1000),
                    records.rows(shard),
                    kit.<ShardScan.Command>createTestProbe().getRef()));
        }
        for (int i = 0; i < 4; i++) {
            int shard = 1 + i / 2;
            assertThat(batch().assignment().tasks())
                    .hasSize(50)
                    .allSatisfy(task -> assertThat(task.record().shard()).isEqualTo(shard));
        }
    }

    @Test
    void aSmallBatchIsReadyWhenItReachesItsMaximumAge() {
        records.put(1, 1, 1, 2);
        // The scan never ends, so the batch can't be ready because no records are left.
        ActorRef<AssignmentBatcher.Command> batcher =
                batcher(reachable(node(3, 50_000)), "rebalancer.evacuate.max-assignment-age = 300ms");
        TestProbe<ShardScan.Command> scan = kit.createTestProbe();
        List<RecordScan.Row> rows = records.rows(2);
        batcher.tell(new AssignmentBatcher.ChunkFound(2, ScanPosition.at(ScanColumn.ID, 10), rows, scan.getRef()));
        scan.expectMessageClass(ShardScan.ChunkWanted.class);
        PlanningEvent.BatchReady ready = batch();
        assertThat(ready.assignment().tasks()).hasSize(1);
    }

    @Test
    void aRecordWithoutADestinationIsReportedWithItsReason() {
        records.put(1, 1, 1, 3);
        pass(reachable(node(3, 50_000)), "");
        PlanningEvent.RecordsUnplaced unplaced = unplaced();
        assertThat(unplaced.records())
                .singleElement()
                .satisfies(each -> assertThat(each.reason()).isEqualTo(Reason.OBJECT_ALREADY_ON_DEST_SHARK));
        awaitDrained();
    }

    @Test
    void aSoleCopyIsMovedUnlessTheSettingsLetItStay() {
        records.put(1, 1, 1);
        records.put(2, 2, 1, 2);
        ActorRef<AssignmentBatcher.Command> batcher =
                pass(reachable(node(3, 50_000)), "rebalancer.placement.move-sole-copies = off");
        assertThat(unplaced().records()).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo(Reason.SOURCE_IS_EVAC_SHARK);
            assertThat(each.detail()).contains("only copy on 1.stor", "move-sole-copies is off");
        });
        PlanningEvent.BatchReady other = batch();
        assertThat(other.assignment().tasks())
                .singleElement()
                .satisfies(task -> assertThat(task.objectId()).isEqualTo(RecordsInMemory.object(2)));
        end(batcher, other);
        awaitDrained();
    }

    @Test
    void aSoleCopyIsMovedByDefault() {
        records.put(1, 1, 1);
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), "");
        PlanningEvent.BatchReady moved = batch();
        assertThat(moved.assignment().tasks())
                .singleElement()
                .satisfies(task ->
                        assertThat(task.sources()).containsExactly(location(1).storageNode()));
        end(batcher, moved);
        awaitDrained();
    }

    @Test
    void planningWaitsForAnUnreachableAgentBeforeItSkipsTheRecord() {
        records.put(1, 1, 1, 2);
        DestinationCandidates unreachable =
                new DestinationCandidates(true, List.of(), List.of(node(3, 50_000)), List.of());
        pass(unreachable, "rebalancer.evacuate.agent-lost-after = 1s");
        PlanningEvent.RecordsUnplaced unplaced = unplaced();
        assertThat(unplaced.records())
                .singleElement()
                .satisfies(each -> assertThat(each.reason()).isEqualTo(Reason.DESTINATION_UNREACHABLE));
    }

    /** An event of all records of a chunk, with long keys and details, would be too large for the journal. */
    @Test
    void manyRecordsWithoutADestinationAreReportedInPieces() {
        IntStream.range(0, 250).forEach(i -> records.put(2 * i, i, 1, 3));
        ActorRef<AssignmentBatcher.Command> batcher = batcher(reachable(node(3, 50_000)), "");
        TestProbe<ShardScan.Command> scan = kit.createTestProbe();
        batcher.tell(new AssignmentBatcher.ChunkFound(
                1, ScanPosition.at(ScanColumn.ID, 10), records.rows(1), scan.getRef()));
        List<PlanningEvent.RecordsUnplaced> pieces = List.of(unplaced(), unplaced(), unplaced());
        assertThat(pieces)
                .extracting(piece -> piece.records().size())
                .containsExactly(PlanningEvent.RECORDS_PER_EVENT, PlanningEvent.RECORDS_PER_EVENT, 50);
        assertThat(pieces)
                .as("the mark passes the chunk with the last of its records")
                .extracting(piece -> piece.marks().keySet())
                .containsExactly(Set.of(), Set.of(), Set.of(1));
    }

    @Test
    void anUnreadableRowIsReported() {
        ActorRef<AssignmentBatcher.Command> batcher = batcher(reachable(node(3, 50_000)), "");
        TestProbe<ShardScan.Command> scan = kit.createTestProbe();
        batcher.tell(new AssignmentBatcher.ChunkFound(
                1,
                ScanPosition.at(ScanColumn.ID, 10),
                List.of(new RecordScan.Row(RecordsInMemory.ref(2), Optional.empty(), "no owner")),
                scan.getRef()));
        PlanningEvent.RecordsUnplaced unplaced = unplaced();
        assertThat(unplaced.records()).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo(Reason.BAD_MANTA_OBJECT);
            assertThat(each.detail()).isEqualTo("no owner");
        });
    }

    @Test
    void theScanEndsWhenTheBudgetIsUsedUp() {
        IntStream.range(0, 60).forEach(i -> records.put(i, i, 1, 2));
        ActorRef<AssignmentBatcher.Command> batcher =
                pass(reachable(node(3, 50_000)), "rebalancer.evacuate.max-tasks-per-assignment = 5", 12);
        int seen = 0;
        while (seen < 12) {
            PlanningEvent.BatchReady ready = batch();
            seen += ready.assignment().tasks().size();
            end(batcher, ready);
        }
        assertThat(seen).isEqualTo(12);
        awaitDrained();
    }

    @Test
    void theScanRetriesAShardThatIsDown() {
        records.put(1, 1, 1, 2);
        records.outage(3);
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), "");
        PlanningEvent.ShardDelayed delayed = listener.expectMessageClass(PlanningEvent.ShardDelayed.class, TIMEOUT);
        assertThat(delayed.cause()).isEqualTo("shard down");
        end(batcher, batch());
        awaitDrained();
    }

    /** Users must not pay for a copy of each object in every pass over a clone that never changes. */
    @Test
    void aSecondPassOverAFrozenCopyFindsNothingToMove() throws Exception {
        IntStream.range(0, 20).forEach(i -> records.put(i, i, 1, 2));
        scan = new ScanResources(new FrozenCopy(records), records, new ScanPermits(() -> 32));
        ActorRef<AssignmentBatcher.Command> first = pass(reachable(node(3, 50_000)), "");
        PlanningEvent.BatchReady ready = batch();
        assertThat(ready.assignment().tasks()).hasSize(20);
        for (CopyTask task : ready.assignment().tasks()) {
            List<MetadataRecord> live = List.of(
                    records.read(task.record()).toCompletableFuture().get().orElseThrow());
            records.moveCopies(live, location(1).storageNode(), location(3), () -> true);
        }
        end(first, ready);
        awaitDrained();
        pass(reachable(node(3, 50_000), node(4, 50_000)), "");
        awaitDrained();
    }

    /** The retry of a few records must not cost a scan of whole shards. */
    @Test
    void aPassOverUnmovedRecordsReadsNoOthers() {
        IntStream.range(0, 300).forEach(i -> records.put(i, i, 1, 2));
        records.put(250, 250, 2, 3);
        records.delete(251);
        List<RecordRef> listed =
                IntStream.range(0, 255).mapToObj(RecordsInMemory::ref).toList();
        scan = unmoved(listed, 2);
        records.outage(3);
        ActorRef<AssignmentBatcher.Command> batcher =
                pass(reachable(node(3, 50_000)), "rebalancer.evacuate.max-tasks-per-assignment = 500");
        List<CopyTask> tasks = new ArrayList<>();
        while (tasks.size() < 253) {
            PlanningEvent.BatchReady ready = batch();
            tasks.addAll(ready.assignment().tasks());
            end(batcher, ready);
        }
        awaitDrained();
        assertThat(tasks)
                .hasSize(253)
                .extracting(CopyTask::record)
                .doesNotHaveDuplicates()
                .allMatch(listed::contains)
                .doesNotContain(RecordsInMemory.ref(250), RecordsInMemory.ref(251));
    }

    @Test
    void aPassOverNoRecordsEndsAtOnce() {
        records.put(1, 1, 1, 2);
        scan = unmoved(List.of(), 0);
        pass(reachable(node(3, 50_000)), "");
        awaitDrained();
    }

    /** @param failures reads of the list that fail first */
    private ScanResources unmoved(List<RecordRef> listed, int failures) {
        UnmovedRecords list = new ListedRecords(listed, failures);
        RecordScan lookup = UnmovedRecordScan.ofPasses(list, records, records.shards(), TOKEN.jobId(), 2);
        return new ScanResources(lookup, records, new ScanPermits(() -> 32));
    }

    /** Two jobs and one destination: the second object of 30 GiB does not fit until the first assignment has ended. */
    @Test
    void spaceIsNotPromisedTwice() {
        SettableClock clock = new SettableClock();
        EvacuateSettings settings = TestSettings.evacuate("rebalancer.evacuate.max-assignment-bytes = 1");
        ActorRef<SpaceMessage> broker = kit.spawn(SpaceBroker.create(clock));
        TestProbe<SpaceMessage.Penalties> started = kit.createTestProbe();
        broker.tell(new SpaceMessage.GetPenalties(started.getRef()));
        started.receiveMessage(TIMEOUT);
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        PlanningResources shared = new PlanningResources(
                () -> settings, records.scan(), directory(reachable(node(3, 50_000))), broker, clock);
        ActorRef<AssignmentBatcher.Command> first = kit.spawn(
                AssignmentBatcher.create(shared, PassInput.fromStart(TOKEN, location(1), PassInput.UNLIMITED), events));
        FencingToken otherJob = new FencingToken(new UUID(7, 8), 1);
        ActorRef<AssignmentBatcher.Command> second = kit.spawn(AssignmentBatcher.create(
                shared, PassInput.fromStart(otherJob, location(1), PassInput.UNLIMITED), events));
        ActorRef<ShardScan.Command> scan =
                kit.<ShardScan.Command>createTestProbe().getRef();
        first.tell(SizedObjects.chunk(scan, SizedObjects.row(1, 30L << 30)));
        PlanningEvent.BatchReady inFlight = batch();
        second.tell(SizedObjects.chunk(scan, SizedObjects.row(2, 30L << 30)));
        assertThat(unplaced().records().get(0).reason()).isEqualTo(Reason.DESTINATION_INSUFFICIENT_SPACE);
        end(first, inFlight);
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        AtomicInteger number = new AtomicInteger(3);
        await().atMost(TIMEOUT).until(() -> {
            second.tell(SizedObjects.chunk(scan, SizedObjects.row(number.getAndIncrement(), 30L << 30)));
            return next(PlanningEvent.class) instanceof PlanningEvent.BatchReady;
        });
    }

    @Test
    void aLargeFleetIsUsedAndItsBatchesFillUp() {
        IntStream.range(0, 1000).forEach(i -> records.put(i, i, 1, 2));
        StorageNode[] fleet =
                IntStream.range(10, 510).mapToObj(i -> node(i, 50_000)).toArray(StorageNode[]::new);
        ActorRef<AssignmentBatcher.Command> batcher = pass(
                reachable(fleet),
                "rebalancer.evacuate { max-tasks-per-assignment = 20, max-assignments-in-flight = 4 }");
        Set<CopyLocation> destinations = new HashSet<>();
        int assignments = 0;
        for (int seen = 0; seen < 1000; assignments++) {
            PlanningEvent.BatchReady ready = batch();
            seen += ready.assignment().tasks().size();
            destinations.add(ready.assignment().destination());
            end(batcher, ready);
        }
        assertThat(assignments).isLessThan(60);
        assertThat(destinations).hasSizeGreaterThan(40);
        awaitDrained();
    }
}
