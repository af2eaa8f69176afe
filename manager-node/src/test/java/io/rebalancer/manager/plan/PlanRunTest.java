package io.rebalancer.manager.plan;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress.State;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Plans over records in memory. The leaving node is 1; each object takes 1 MiB and is alone in its assignment. */
class PlanRunTest {
    private static final ActorTestKit KIT = TestSettings.kit("plan");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final UUID PLAN = new UUID(5, 5);
    private static final FencingToken TOKEN = new FencingToken(PLAN, 1);

    private final RecordsInMemory records = new RecordsInMemory();
    private final List<SpaceMessage> asked = new CopyOnWriteArrayList<>();
    private List<StorageNode> reachable = List.of(node(3, 1000));
    private List<StorageNode> unreachable = List.of();
    private long maxRecords;
    private List<NodePromise> promises = List.of();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageNode node(int number, long freeMib) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, 0);
    }

    private ActorRef<SpaceMessage> broker() {
        return KIT.spawn(Behaviors.receiveMessage(message -> {
            asked.add(message);
            if (message instanceof SpaceMessage.AnnounceLeases announced) {
                announced.replyTo().tell(new SpaceMessage.SpaceStatus(announced.token(), promises, List.of()));
            }
            return Behaviors.same();
        }));
    }

    private PlanRun.Progress plan(Duration maxRunTime) {
        EvacuateSettings settings = TestSettings.evacuate("""
                rebalancer.evacuate {
                  max-tasks-per-assignment = 1, max-assignment-age = 10ms, max-assignments-in-flight = 1
                  agent-lost-after = 1h
                }
                rebalancer.placement { max-fill-percent = 100, min-free-mib = 0 }
                """);
        TestProbe<PlanRun.Progress> progress = KIT.createTestProbe();
        KIT.spawn(PlanRun.create(
                new PlanInput(
                        PLAN,
                        PlanOrder.of(location(1), maxRecords),
                        new DestinationCandidates(true, reachable, unreachable, List.of()),
                        maxRunTime),
                new PlanningResources(
                        () -> settings,
                        records.scan(),
                        KIT.<StorageNodeDirectory.Command>createTestProbe().getRef(),
                        broker(),
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
        assertThat(asked).isNotEmpty().allSatisfy(message -> {
            SpaceMessage.AnnounceLeases announced = (SpaceMessage.AnnounceLeases) message;
            assertThat(announced.held()).isEmpty();
            assertThat(announced.requested()).isEmpty();
        });
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
        CountingScan scan = new CountingScan(records, placed);
        RecordScan.Chunk chunk = scan.open(2, location(1).storageNode(), ScanPosition.START)
                .next()
                .toCompletableFuture()
                .get();
        assertThat(chunk.rows()).extracting(RecordScan.Row::ref).containsExactly(ref(13));
        assertThat(scan.shares()).containsExactly(new ShardShare(2, 2));
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
        maxRecords = 7;
        for (int each = 10; each < 40; each++) {
            records.put(each, each, 1, 2);
        }
        assertThat(readyPlan().found().moves().objects()).isEqualTo(7);
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
        ActorRef<SpaceMessage> leases = KIT.spawn(PlanLeases.create(broker(), TOKEN));
        SpaceLease lease = new SpaceLease(new UUID(0, 1), location(3).storageNode(), 6);
        SpaceMessage request = new SpaceMessage.RequestLease(TOKEN, lease, 10, replies.getRef());
        leases.tell(request);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.LEARNING);
        leases.tell(new SpaceMessage.AnnounceLeases(TOKEN, List.of(), List.of(), replies.getRef()));
        replies.expectMessageClass(SpaceMessage.SpaceStatus.class, TIMEOUT);
        leases.tell(request);
        leases.tell(request);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.GRANTED);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.GRANTED);
        SpaceLease second = new SpaceLease(new UUID(0, 2), location(3).storageNode(), 5);
        SpaceMessage further = new SpaceMessage.RequestLease(TOKEN, second, 10, replies.getRef());
        leases.tell(further);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.REFUSED);
        leases.tell(new SpaceMessage.ReturnLease(TOKEN, lease.assignmentId()));
        leases.tell(further);
        assertThat(decision(replies)).isEqualTo(LeaseDecision.GRANTED);
        leases.tell(new PlanLeases.Used(second));
        leases.tell(new SpaceMessage.ReturnLease(TOKEN, second.assignmentId()));
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
