package io.rebalancer.manager.plan;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress.State;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.plan.ShardShare;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans over records in memory. The leaving node is 1; each object takes 1 MiB and is alone in its assignment. */
@Tag("slow")
class PlanRunTest {
    private static final ActorTestKit KIT = TestSettings.kit("plan");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final UUID PLAN = new UUID(5, 5);
    private static final FencingToken TOKEN = new FencingToken(PLAN, 1);

    /** Each object is alone in its assignment, and one assignment is in flight. */
    private static final String ONE_BY_ONE = """
            rebalancer.evacuate {
              max-tasks-per-assignment = 1, max-assignments-in-flight = 1, agent-lost-after = 1h
            }
            rebalancer.placement { max-fill-percent = 100, min-free-mib = 0 }
            """;

    private final RecordsInMemory records = new RecordsInMemory() {
        @Override
        public boolean readsPrimary() {
            return primary;
        }

        @Override
        public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
            return reads.<ShardCursor>map(random -> new UnevenCursor(rows(shard), random))
                    .orElseGet(() -> super.open(shard, leaving, from));
        }
    };
    private boolean primary = true;
    /** How reads differ in size and time; empty for one read of a shard at once. */
    private Optional<Random> reads = Optional.empty();

    private final TestProbe<SpaceMessage> asked = KIT.createTestProbe();
    private String overrides = ONE_BY_ONE;
    private PlanOrder order = PlanOrder.of(location(1), 0);
    private long seed = 1;
    private List<StorageNode> reachable = List.of(node(3, 1000));
    private List<StorageNode> unreachable = List.of();
    private List<NodePromise> promises = List.of();

    /** Reads chunks of different sizes, after different times. */
    private static final class UnevenCursor implements RecordScan.ShardCursor {
        private final List<RecordScan.Row> rows;
        private final Random random;
        private int position;

        UnevenCursor(List<RecordScan.Row> rows, Random random) {
            this.rows = rows;
            this.random = random;
        }

        @Override
        public CompletionStage<RecordScan.Chunk> next() {
            int end = Math.min(rows.size(), position + random.nextInt(300));
            RecordScan.Chunk chunk = new RecordScan.Chunk(
                    rows.subList(position, end), ScanPosition.at(ScanColumn.IDX, end), end == rows.size());
            position = end;
            if (random.nextBoolean()) {
                return CompletableFuture.completedStage(chunk);
            }
            return CompletableFuture.supplyAsync(
                    () -> chunk, CompletableFuture.delayedExecutor(random.nextInt(150), TimeUnit.MILLISECONDS));
        }

        @Override
        public ScanPosition position() {
            return ScanPosition.START;
        }

        @Override
        public void close() {
            // Holds no resources.
        }
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageNode node(int number, long freeMib) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, 0);
    }

    private PlanRun.Progress plan(Duration maxRunTime) {
        EvacuateSettings settings = TestSettings.evacuate(overrides);
        TestProbe<PlanRun.Progress> progress = KIT.createTestProbe();
        KIT.spawn(PlanRun.create(
                new PlanInput(
                        PLAN,
                        order,
                        new FleetSnapshot(
                                new DestinationCandidates(true, reachable, unreachable, List.of()),
                                promises,
                                List.of()),
                        seed,
                        maxRunTime),
                new PlanningResources(
                        () -> settings,
                        records.scan(),
                        KIT.<StorageNodeDirectory.Command>createTestProbe().getRef(),
                        asked.getRef(),
                        Clock.systemUTC()),
                progress.getRef()));
        PlanRun.Progress last = progress.receiveMessage(TIMEOUT);
        while (last.found().state() == State.RUNNING) {
            last = progress.receiveMessage(TIMEOUT);
        }
        return last;
    }

    private PlanRun.Progress readyPlan() {
        PlanRun.Progress plan = plan(LONG);
        assertThat(plan.found().state()).as("%s", plan).isEqualTo(State.READY);
        return plan;
    }

    @Test
    void aPlanCountsAndNeitherLeasesNorWrites() {
        for (int each = 10; each < 40; each++) {
            records.put(each, each, 1, 2);
        }
        records.put(50, 50, 2, 3);
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().records()).isEqualTo(30);
        assertThat(plan.found().moves().objects()).isEqualTo(30);
        assertThat(plan.found().moves().bytes()).isEqualTo(150);
        assertThat(plan.found().moves().otherDatacenter()).isEqualTo(30);
        assertThat(plan.found().moves().sharedDatacenter()).isZero();
        assertThat(plan.found().moves().shards()).containsExactly(new ShardShare(1, 15), new ShardShare(2, 15));
        assertThat(plan.found().unmovable()).isEmpty();
        assertThat(plan.plannedMib()).isEqualTo(Map.of(location(3).storageNode(), 30L));
        assertThat(records.puts()).isZero();
        asked.expectNoMessage(Duration.ZERO);
    }

    @Test
    void theRecordsOfAnObjectAreOneObject() {
        records.put(10, 10, 1, 2);
        records.put(11, 10, 1, 2);
        records.put(12, 10, 1, 2);
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().records()).isEqualTo(3);
        assertThat(plan.found().moves().objects()).isEqualTo(1);
    }

    @Test
    void aRecordThatIsFoundAfterItsObjectWasPlacedIsCountedAndDropped() throws Exception {
        records.put(11, 10, 1, 2);
        records.put(13, 13, 1, 2);
        records.put(15, 15, 2, 3);
        PlannedObjects placed = new PlannedObjects(10);
        placed.add(RecordsInMemory.object(10));
        ShardCounts counts = new ShardCounts();
        CountingScan scan = new CountingScan(records, placed, new MovedCopies(), counts);
        RecordScan.Chunk chunk = scan.open(2, location(1).storageNode(), ScanPosition.START)
                .next()
                .toCompletableFuture()
                .get();
        assertThat(chunk.rows()).extracting(RecordScan.Row::ref).containsExactly(ref(13));
        assertThat(counts.shares()).containsExactly(new ShardShare(2, 2));
    }

    @Test
    void spaceOfEarlierAssignmentsStaysUsed() {
        reachable = List.of(node(3, 2), node(4, 2));
        for (int each = 10; each < 17; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().objects()).isEqualTo(4);
        assertThat(plan.plannedMib())
                .isEqualTo(Map.of(location(3).storageNode(), 2L, location(4).storageNode(), 2L));
        assertThat(plan.found().moves().aboveCeiling()).isZero();
        UnmovableRecords left = plan.found().unmovable().get(0);
        assertThat(left.reason()).isEqualTo(Reason.DESTINATION_INSUFFICIENT_SPACE);
        assertThat(left.records()).isEqualTo(3);
        assertThat(left.examples()).hasSize(3);
    }

    @Test
    void promisesOfJobsCount() {
        reachable = List.of(node(3, 2), node(4, 2));
        promises = List.of(new NodePromise(location(3).storageNode(), 2, 1));
        for (int each = 10; each < 13; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.plannedMib()).isEqualTo(Map.of(location(4).storageNode(), 2L));
        assertThat(plan.found().unmovable()).singleElement().matches(each -> each.records() == 1);
    }

    @Test
    void aPlanTakesUpNoMoreRecordsThanItsJob() {
        order = PlanOrder.of(location(1), 7);
        for (int each = 10; each < 40; each++) {
            records.put(each, each, 1, 2);
        }
        assertThat(readyPlan().found().moves().objects()).isEqualTo(7);
    }

    @Test
    void severalNodesSharePromisedSpaceAndReceiveNothingThemselves() {
        order = whatIf(Scenario.NONE, 1, 2);
        reachable = List.of(node(1, 1000), node(2, 1000), node(3, 15));
        for (int each = 10; each < 30; each++) {
            records.put(each, each, each % 2 == 0 ? 1 : 2, 5);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().records()).isEqualTo(20);
        assertThat(plan.plannedMib()).isEqualTo(Map.of(location(3).storageNode(), 15L));
        assertThat(plan.found().unmovable())
                .singleElement()
                .matches(each -> each.records() == 5 && each.reason() == Reason.DESTINATION_INSUFFICIENT_SPACE);
    }

    /** Also if the rows come from a clone, and are replaced by live records. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoCopiesOfAnObjectDoNotGetTheSameDestination(boolean fromPrimary) {
        primary = fromPrimary;
        order = whatIf(Scenario.NONE, 1, 2);
        reachable = List.of(node(3, 1000));
        for (int each = 10; each < 20; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().objects()).isEqualTo(10);
        assertThat(plan.found().unmovable())
                .singleElement()
                .matches(each -> each.records() == 10 && each.reason() == Reason.OBJECT_ALREADY_ON_DEST_SHARK);
    }

    @Test
    void aLostDatacenterReceivesNothing() {
        order = whatIf(lost("dc3"), 1);
        reachable = List.of(node(3, 1_000_000), node(4, 100));
        for (int each = 10; each < 40; each++) {
            records.put(each, each, 1, 2);
        }
        assertThat(readyPlan().plannedMib()).isEqualTo(Map.of(location(4).storageNode(), 30L));
    }

    private static Scenario lost(String... datacenters) {
        return new Scenario(Set.of(datacenters), OptionalInt.empty(), OptionalLong.empty(), Optional.empty());
    }

    private static UnmovableRecords withoutSource(PlanRun.Progress plan) {
        return plan.found().unmovable().stream()
                .filter(each -> each.reason() == Reason.SOURCE_OBJECT_NOT_FOUND)
                .findFirst()
                .orElseThrow();
    }

    /** The leaving node is in the lost datacenter, so its copies are no sources either. Each record of an object counts. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anObjectWhoseCopiesAreAllLostIsUnmovable(boolean fromPrimary) {
        primary = fromPrimary;
        order = whatIf(lost("dc1", "dc2"), 1);
        reachable = List.of(node(2, 1000), node(3, 1000), node(4, 1000), node(5, 1000));
        for (int each = 10; each < 20; each++) {
            records.put(each, each, 1, 2);
        }
        records.put(20, 10, 1, 2);
        for (int each = 30; each < 37; each++) {
            records.put(each, each, 1, 3);
        }
        for (int each = 40; each < 43; each++) {
            records.put(each, each, 1, 3, 4);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().objects()).isEqualTo(10);
        assertThat(plan.found().moves().records()).isEqualTo(21);
        assertThat(plan.plannedMib()).doesNotContainKey(location(2).storageNode());
        assertThat(plan.found().unmovable()).hasSize(1);
        UnmovableRecords left = withoutSource(plan);
        assertThat(left.records()).isEqualTo(11);
        assertThat(left.examples().get(0).detail())
                .startsWith("object " + RecordsInMemory.object(10) + " has no source: ")
                .contains("1.stor in dc1, 2.stor in dc2", "can't be moved until");
        assertThat(plan.found().belowTwoCopies()).hasValue(17);
    }

    @Test
    void theLeavingNodeIsASourceUnlessItsDatacenterIsLost() {
        order = whatIf(lost("dc2"), 1);
        reachable = List.of(node(2, 1000), node(3, 1000));
        for (int each = 10; each < 15; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.plannedMib()).isEqualTo(Map.of(location(3).storageNode(), 5L));
        assertThat(plan.found().unmovable()).isEmpty();
        assertThat(plan.found().belowTwoCopies()).hasValue(5);
    }

    @Test
    void withoutLostDatacentersCopiesAreNotCounted() {
        records.put(10, 10, 1);
        assertThat(readyPlan().found().belowTwoCopies()).isEmpty();
    }

    /** The copy that the first node loses is moved in the plan of the second one. The object has few copies once. */
    @ParameterizedTest
    @ValueSource(strings = {"dc1", "dc2"})
    void anObjectOfSeveralLeavingNodesIsCountedOnce(String datacenter) {
        order = whatIf(lost(datacenter), 1, 2);
        reachable = List.of(node(3, 1000), node(4, 1000));
        for (int each = 10; each < 20; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.found().moves().objects()).isEqualTo(20);
        assertThat(plan.found().belowTwoCopies()).hasValue(10);
    }

    @Test
    void recordsBeyondTheLimitAreNotCounted() {
        order = new PlanOrder(List.of(location(1)), 4, lost("dc1", "dc2"));
        for (int each = 10; each < 40; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(withoutSource(plan).records()).isEqualTo(4);
        assertThat(plan.found().belowTwoCopies()).hasValue(4);
    }

    private MetadataRecord record(int number) {
        return records.read(ref(number)).toCompletableFuture().join().orElseThrow();
    }

    @Test
    void objectsBeyondTheBoundMayBeCountedTwice() {
        PlanSources sources = new PlanSources(lost("dc1"), 1);
        records.put(10, 10, 1);
        records.put(11, 11, 1);
        for (int round = 0; round < 2; round++) {
            assertThat(sources.missing(record(10))).isPresent();
        }
        assertThat(sources.belowTwoCopies()).hasValue(1);
        assertThat(sources.hasOverflowed()).isFalse();
        for (int round = 0; round < 2; round++) {
            assertThat(sources.missing(record(11))).isPresent();
        }
        assertThat(sources.belowTwoCopies()).hasValue(3);
        assertThat(sources.hasOverflowed()).isTrue();
    }

    @Test
    void aLowerCeilingLeavesLessSpace() {
        order = whatIf(new Scenario(Set.of(), OptionalInt.of(20), OptionalLong.empty(), Optional.empty()), 1);
        for (int each = 10; each < 310; each++) {
            records.put(each, each, 1, 2);
        }
        PlanRun.Progress plan = readyPlan();
        assertThat(plan.plannedMib()).isEqualTo(Map.of(location(3).storageNode(), 200L));
        assertThat(plan.found().moves().peakFillPercent()).contains(20);
        assertThat(plan.found().moves().aboveCeiling()).isZero();
    }

    private static PlanOrder whatIf(Scenario scenario, int... leaving) {
        return new PlanOrder(
                IntStream.of(leaving).mapToObj(RecordsInMemory::location).toList(), 0, scenario);
    }

    /** A fleet that gets full, objects with several records, and nodes that share objects. */
    @Test
    void equalSeedsHaveEqualResultsWhateverTheTimeAndTheSizeOfReads() {
        overrides = """
                rebalancer.evacuate { max-tasks-per-assignment = 7, max-assignments-in-flight = 3, max-assignment-age = 1ms }
                rebalancer.placement { max-fill-percent = 90, min-free-mib = 0 }
                """;
        order = whatIf(Scenario.NONE, 1, 2);
        reachable = List.of(node(3, 300), node(4, 700), node(5, 900), node(6, 100), node(7, 500));
        unreachable = List.of(node(8, 1000));
        promises = List.of(new NodePromise(location(5).storageNode(), 50, 2));
        for (int each = 0; each < 1600; each++) {
            int object = each % 11 == 0 ? each / 2 : each;
            int leaving = 1 + object % 2;
            if (object % 97 == 0) {
                records.put(each, object, leaving, 3, 4, 5, 6, 7);
            } else {
                records.put(each, object, leaving, object % 5 == 0 ? 3 - leaving : 3 + object % 5);
            }
        }
        seed = 42;
        PlanRun.Progress first = readyPlan();
        assertThat(first.found().unmovable())
                .singleElement()
                .matches(each -> each.reason() == Reason.DESTINATION_UNREACHABLE);
        assertThat(first.plannedMib().get(location(6).storageNode())).isBetween(80L, 90L);
        Set<Map<StorageNodeId, Long>> others = new HashSet<>();
        for (int run = 0; run < 3; run++) {
            reads = Optional.of(new Random(run));
            seed = 42;
            PlanRun.Progress again = readyPlan();
            assertThat(again.plannedMib()).isEqualTo(first.plannedMib());
            assertThat(again.found().moves()).isEqualTo(first.found().moves());
            assertThat(again.found().unmovable())
                    .usingRecursiveComparison()
                    .ignoringFields("examples.detail")
                    .isEqualTo(first.found().unmovable());
            seed = run;
            others.add(readyPlan().plannedMib());
        }
        assertThat(others).hasSizeGreaterThan(1);
    }

    @Test
    void anObjectThatEveryDestinationHoldsIsNamed() {
        records.put(10, 10, 1, 3);
        UnmovableRecords left = readyPlan().found().unmovable().get(0);
        assertThat(left.reason()).isEqualTo(Reason.OBJECT_ALREADY_ON_DEST_SHARK);
        assertThat(left.examples().get(0).record()).isEqualTo(ref(10));
    }

    @Test
    void aPlanDoesNotWaitForAgents() {
        unreachable = reachable;
        reachable = List.of();
        records.put(10, 10, 1, 2);
        assertThat(readyPlan().found().unmovable())
                .singleElement()
                .matches(each -> each.reason() == Reason.DESTINATION_UNREACHABLE);
    }

    @Test
    void aShardThatFailsOnceDelaysThePlan() {
        records.put(10, 10, 1, 2);
        records.outage(1);
        assertThat(readyPlan().found().moves().objects()).isEqualTo(1);
    }

    @Test
    void aShardThatFailsForEverEndsThePlanAndTheNextOneWorks() {
        records.put(10, 10, 1, 2);
        records.outage(Integer.MAX_VALUE);
        PlanRun.Progress failed = plan(Duration.ofSeconds(1));
        assertThat(failed.found().state()).isEqualTo(State.FAILED);
        assertThat(failed.found().note()).contains("not ready after PT1S", "metadata shard", "shard down");
        records.outage(0);
        assertThat(readyPlan().found().moves().objects()).isEqualTo(1);
    }

    @Test
    void aRequestThatIsRepeatedUsesItsSpaceOnceAndAReturnedLeaseNone() {
        TestProbe<SpaceMessage.BrokerReply> replies = KIT.createTestProbe();
        ActorRef<SpaceMessage> leases = KIT.spawn(
                PlanLeases.create(TOKEN, new FleetSnapshot(DestinationCandidates.UNKNOWN, List.of(), List.of())));
        SpaceLease lease = new SpaceLease(new UUID(0, 1), location(3).storageNode(), 6);
        SpaceMessage request = new SpaceMessage.RequestLease(TOKEN, lease, 10, replies.getRef());
        leases.tell(request);
        leases.tell(request);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.GRANTED);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.GRANTED);
        SpaceLease second = new SpaceLease(new UUID(0, 2), location(3).storageNode(), 5);
        SpaceMessage further = new SpaceMessage.RequestLease(TOKEN, second, 10, replies.getRef());
        SpaceLease large = new SpaceLease(new UUID(0, 3), location(3).storageNode(), 11);
        leases.tell(further);
        leases.tell(new SpaceMessage.RequestLease(TOKEN, large, 10, replies.getRef()));
        leases.tell(new SpaceMessage.ReturnLease(TOKEN, lease.assignmentId()));
        assertThat(decision(replies)).isEqualTo(LeaseDecision.GRANTED);
        leases.tell(new PlanLeases.Used(second));
        leases.tell(new SpaceMessage.ReturnLease(TOKEN, second.assignmentId()));
        assertThat(decision(replies)).isEqualTo(LeaseDecision.REFUSED);
        leases.tell(request);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.REFUSED);
    }

    private static LeaseDecision decision(TestProbe<SpaceMessage.BrokerReply> replies) {
        return replies.expectMessageClass(SpaceMessage.LeaseDecided.class, TIMEOUT)
                .decision();
    }

    @Test
    void rememberedObjectsAreBounded() {
        PlannedObjects objects = new PlannedObjects(2000);
        for (int each = 0; each < 2000; each++) {
            objects.add(new UUID(0, each));
            objects.add(new UUID(0, each));
        }
        assertThat(objects.hasOverflowed()).isFalse();
        objects.add(new UUID(0, 5000));
        assertThat(objects.hasOverflowed()).isTrue();
        assertThat(objects.contains(new UUID(0, 5000))).isFalse();
        for (int each = 0; each < 2000; each++) {
            assertThat(objects.contains(new UUID(0, each))).isTrue();
        }
    }
}
