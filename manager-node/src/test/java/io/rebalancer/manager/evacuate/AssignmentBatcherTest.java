package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Scan and batcher of one pass, with a test in the place of the job; the leaving node is 1. */
class AssignmentBatcherTest {
    private static final ActorTestKit KIT = TestSettings.kit("batcher");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final RecordsInMemory records = new RecordsInMemory();
    private final TestProbe<JobMessage> job = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageNode node(int number, long freeMib) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, 10);
    }

    private static ActorRef<StorageNodeDirectory.Command> directory(DestinationCandidates fleet) {
        return KIT.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.AskFleet.class, ask -> {
                    ask.replyTo().tell(fleet);
                    return Behaviors.same();
                })
                .build());
    }

    private ActorRef<AssignmentBatcher.Command> pass(DestinationCandidates fleet, String overrides, long maxRecords) {
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(location(1), maxRecords, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH));
        JobContext parts =
                TestSettings.parts(KIT.system(), records, overrides, directory(fleet), KIT.spawn(SpaceBroker.create()));
        ActorRef<AssignmentBatcher.Command> batcher = KIT.spawn(AssignmentBatcher.create(parts, state, job.getRef()));
        KIT.spawn(Discovery.create(
                records, location(1).storageNode(), state.scan().marks(), batcher, job.getRef()));
        return batcher;
    }

    private static DestinationCandidates fleet(StorageNode... nodes) {
        return new DestinationCandidates(true, List.of(nodes), List.of());
    }

    private JobInternalMessage.BatchReady batch() {
        while (true) {
            JobMessage next = job.receiveMessage(TIMEOUT);
            if (next instanceof JobInternalMessage.BatchReady ready) {
                return ready;
            }
            assertThat(next).isInstanceOf(JobInternalMessage.ScanMoved.class);
        }
    }

    private JobInternalMessage.RecordsUnplaced unplaced() {
        while (true) {
            JobMessage next = job.receiveMessage(TIMEOUT);
            if (next instanceof JobInternalMessage.RecordsUnplaced found) {
                return found;
            }
            assertThat(next).isInstanceOf(JobInternalMessage.ScanMoved.class);
        }
    }

    private void awaitDrained() {
        JobMessage next = job.receiveMessage(TIMEOUT);
        while (!(next instanceof JobInternalMessage.PassDrained)) {
            assertThat(next).isInstanceOf(JobInternalMessage.ScanMoved.class);
            next = job.receiveMessage(TIMEOUT);
        }
    }

    @Test
    void everyRecordOfTheNodeIsBatchedOnceAndThePassEndsWhenAllAreOver() {
        IntStream.range(0, 100).forEach(i -> records.put(i, i, i % 2 == 0 ? 1 : 4, 2));
        ActorRef<AssignmentBatcher.Command> batcher =
                pass(fleet(node(3, 50_000), node(5, 40_000)), "rebalancer.evacuate.max-tasks-per-assignment = 20", 0);
        List<CopyTask> tasks = new ArrayList<>();
        while (tasks.size() < 50) {
            JobInternalMessage.BatchReady ready = batch();
            assertThat(ready.assignment().tasks()).hasSizeLessThanOrEqualTo(20);
            assertThat(ready.assignment().destination()).isIn(location(3), location(5));
            tasks.addAll(ready.assignment().tasks());
            batcher.tell(new AssignmentBatcher.AssignmentOver(ready.assignment()));
        }
        awaitDrained();
        assertThat(tasks).hasSize(50).extracting(CopyTask::objectId).doesNotHaveDuplicates();
        assertThat(tasks)
                .allSatisfy(task -> assertThat(task.sources())
                        .containsExactly(location(2).storageNode(), location(1).storageNode()));
    }

    @Test
    void recordsOfOneObjectMakeOneTask() {
        records.put(1, 1, 1, 2);
        records.put(11, 1, 1, 2);
        records.put(12, 1, 1, 2);
        ActorRef<AssignmentBatcher.Command> batcher = pass(fleet(node(3, 50_000)), "", 0);
        JobInternalMessage.BatchReady ready = batch();
        assertThat(ready.assignment().tasks()).hasSize(1);
        batcher.tell(new AssignmentBatcher.AssignmentOver(ready.assignment()));
        awaitDrained();
    }

    @Test
    void noMoreAssignmentsAreMadeThanMayBeInFlight() {
        IntStream.range(0, 60).forEach(i -> records.put(i, i, 1, 2));
        String few = "rebalancer.evacuate { max-tasks-per-assignment = 5, max-assignments-in-flight = 3 }";
        ActorRef<AssignmentBatcher.Command> batcher = pass(fleet(node(3, 50_000)), few, 0);
        List<JobInternalMessage.BatchReady> inFlight = new ArrayList<>(List.of(batch(), batch(), batch()));
        job.expectNoMessage(Duration.ofMillis(700));
        int seen = 15;
        while (seen < 60) {
            batcher.tell(new AssignmentBatcher.AssignmentOver(inFlight.remove(0).assignment()));
            JobInternalMessage.BatchReady next = batch();
            seen += next.assignment().tasks().size();
            inFlight.add(next);
        }
        inFlight.forEach(each -> batcher.tell(new AssignmentBatcher.AssignmentOver(each.assignment())));
        awaitDrained();
    }

    @Test
    void aBatchThatStaysSmallGoesByAge() {
        records.put(1, 1, 1, 2);
        // A shard that never ends its scan keeps the batch from going for want of more.
        String young = "rebalancer.evacuate.max-assignment-age = 300ms";
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(location(1), 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH));
        JobContext parts = TestSettings.parts(
                KIT.system(), records, young, directory(fleet(node(3, 50_000))), KIT.spawn(SpaceBroker.create()));
        ActorRef<AssignmentBatcher.Command> batcher = KIT.spawn(AssignmentBatcher.create(parts, state, job.getRef()));
        TestProbe<ShardScan.Command> scan = KIT.createTestProbe();
        List<RecordScan.Row> rows = records.rows(2);
        batcher.tell(new AssignmentBatcher.ChunkFound(2, ScanPosition.at(ScanColumn.ID, 10), rows, scan.getRef()));
        scan.expectMessageClass(ShardScan.ChunkTaken.class);
        JobInternalMessage.BatchReady ready = batch();
        assertThat(ready.assignment().tasks()).hasSize(1);
        assertThat(ready.marks()).containsKey(2);
    }

    @Test
    void aRecordWithoutADestinationIsListedWithItsCause() {
        records.put(1, 1, 1, 3);
        pass(fleet(node(3, 50_000)), "", 0);
        JobInternalMessage.RecordsUnplaced unplaced = unplaced();
        assertThat(unplaced.exceptions())
                .singleElement()
                .satisfies(each -> assertThat(each.reason()).isEqualTo(Reason.OBJECT_ALREADY_ON_DEST_SHARK));
        awaitDrained();
    }

    @Test
    void anAbsentAgentIsWaitedForBeforeItsNodeIsGivenUp() {
        records.put(1, 1, 1, 2);
        DestinationCandidates absent = new DestinationCandidates(true, List.of(), List.of(node(3, 50_000)));
        pass(absent, "rebalancer.evacuate.agent-lost-after = 1s", 0);
        JobInternalMessage.RecordsUnplaced unplaced = unplaced();
        assertThat(unplaced.exceptions())
                .singleElement()
                .satisfies(each -> assertThat(each.reason()).isEqualTo(Reason.DESTINATION_UNREACHABLE));
    }

    @Test
    void aRowThatCannotBeReadIsListed() {
        RecordsInMemory none = records;
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(location(1), 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH));
        JobContext parts = TestSettings.parts(
                KIT.system(), none, "", directory(fleet(node(3, 50_000))), KIT.spawn(SpaceBroker.create()));
        ActorRef<AssignmentBatcher.Command> batcher = KIT.spawn(AssignmentBatcher.create(parts, state, job.getRef()));
        TestProbe<ShardScan.Command> scan = KIT.createTestProbe();
        batcher.tell(new AssignmentBatcher.ChunkFound(
                1,
                ScanPosition.at(ScanColumn.ID, 10),
                List.of(new RecordScan.Row(RecordsInMemory.ref(2), Optional.empty(), "no owner")),
                scan.getRef()));
        JobInternalMessage.RecordsUnplaced unplaced = unplaced();
        assertThat(unplaced.exceptions()).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo(Reason.BAD_MANTA_OBJECT);
            assertThat(each.detail()).isEqualTo("no owner");
        });
    }

    @Test
    void theLimitOfAJobEndsItsScan() {
        IntStream.range(0, 60).forEach(i -> records.put(i, i, 1, 2));
        ActorRef<AssignmentBatcher.Command> batcher =
                pass(fleet(node(3, 50_000)), "rebalancer.evacuate.max-tasks-per-assignment = 5", 12);
        int seen = 0;
        while (seen < 12) {
            JobInternalMessage.BatchReady ready = batch();
            seen += ready.assignment().tasks().size();
            batcher.tell(new AssignmentBatcher.AssignmentOver(ready.assignment()));
        }
        assertThat(seen).isEqualTo(12);
        awaitDrained();
    }

    @Test
    void aShardThatIsDownIsScannedWhenItComesBack() {
        records.put(1, 1, 1, 2);
        records.outage(3);
        ActorRef<AssignmentBatcher.Command> batcher = pass(fleet(node(3, 50_000)), "", 0);
        JobInternalMessage.BatchReady ready = batch();
        batcher.tell(new AssignmentBatcher.AssignmentOver(ready.assignment()));
        awaitDrained();
    }

    @Test
    void spaceIsNotPromisedTwice() {
        CopyLocation destination = location(3);
        ActorRef<SpaceMessage> broker = KIT.spawn(SpaceBroker.create());
        TestProbe<SpaceMessage.SpaceReply> reply = KIT.createTestProbe();
        StorageNodeId node = destination.storageNode();
        UUID first = new UUID(0, 1);
        UUID second = new UUID(0, 2);
        broker.tell(new SpaceMessage.Lease(first, node, 60, 100, reply.getRef()));
        assertThat(reply.receiveMessage().granted()).isTrue();
        broker.tell(new SpaceMessage.Lease(second, node, 60, 100, reply.getRef()));
        assertThat(reply.receiveMessage()).satisfies(answer -> {
            assertThat(answer.granted()).isFalse();
            assertThat(answer.promisedMib()).isEqualTo(60);
        });
        broker.tell(new SpaceMessage.Return(first));
        broker.tell(new SpaceMessage.Lease(second, node, 60, 100, reply.getRef()));
        assertThat(reply.receiveMessage().granted()).isTrue();
    }
}
