package io.rebalancer.manager.fleet;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.JobWeights;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The test moves the clock. */
class SpaceBrokerTest {
    private static final ActorTestKit KIT = TestSettings.kit("broker");
    private static final StorageNodeId NODE = location(3).storageNode();
    private static final FencingToken JOB = new FencingToken(new UUID(7, 1), 1);
    private static final FencingToken RESTARTED = new FencingToken(JOB.jobId(), 2);
    private static final FencingToken OTHER_JOB = new FencingToken(new UUID(7, 2), 1);

    private final SettableClock clock = new SettableClock();
    private final ActorRef<SpaceMessage> broker = KIT.spawn(SpaceBroker.create(clock));
    private final TestProbe<SpaceMessage.BrokerReply> replies = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static SpaceLease lease(int assignment, long mib) {
        return new SpaceLease(new UUID(0, assignment), NODE, mib);
    }

    private LeaseDecision request(FencingToken token, SpaceLease lease) {
        broker.tell(new SpaceMessage.RequestLease(token, lease, 100, replies.getRef()));
        return replies.expectMessageClass(SpaceMessage.LeaseDecided.class).decision();
    }

    private SpaceMessage.SpaceStatus announce(FencingToken token, SpaceLease... held) {
        broker.tell(new SpaceMessage.AnnounceLeases(token, List.of(held), List.of(), replies.getRef()));
        return replies.expectMessageClass(SpaceMessage.SpaceStatus.class);
    }

    private List<PenaltyReport> reports() {
        TestProbe<SpaceMessage.Penalties> reply = KIT.createTestProbe();
        broker.tell(new SpaceMessage.GetPenalties(reply.getRef()));
        return reply.receiveMessage().penalties();
    }

    private List<Penalty> penalties() {
        return reports().stream().map(PenaltyReport::penalty).toList();
    }

    @Test
    void aNewBrokerGrantsCarefullyUntilAllJobsCanHaveAnnouncedTheirLeases() {
        assertThat(request(JOB, lease(1, 60))).isEqualTo(LeaseDecision.LEARNING);
        announce(OTHER_JOB, lease(2, 50));
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        assertThat(request(JOB, lease(1, 60))).isEqualTo(LeaseDecision.REFUSED);
        broker.tell(new SpaceMessage.ReturnLease(OTHER_JOB, lease(2, 50).assignmentId()));
        assertThat(request(JOB, lease(1, 60))).isEqualTo(LeaseDecision.GRANTED);
    }

    @Test
    void anEarlierEpochIsIgnored() {
        assertThat(announce(RESTARTED, lease(2, 20)).promises()).containsExactly(new NodePromise(NODE, 20, 1));
        broker.tell(new SpaceMessage.AnnounceLeases(JOB, List.of(lease(1, 10)), List.of(), replies.getRef()));
        broker.tell(new SpaceMessage.ReturnLease(JOB, lease(2, 20).assignmentId()));
        broker.tell(new SpaceMessage.ReportDestination(
                JOB, NODE, Optional.of(DestinationFault.lost(Reason.ASSIGNMENT_REJECTED, "no"))));
        assertThat(request(JOB, lease(3, 10))).isEqualTo(LeaseDecision.STALE);
        assertThat(announce(OTHER_JOB).promises()).containsExactly(new NodePromise(NODE, 20, 1));
        assertThat(penalties()).isEmpty();
    }

    private List<JobPromise> promisesTo(StorageNodeId node) {
        TestProbe<SpaceMessage.PromisesTo> reply = KIT.createTestProbe();
        broker.tell(new SpaceMessage.GetPromisesTo(node, reply.getRef()));
        return reply.receiveMessage().jobs();
    }

    @Test
    void theJobsWithLeasesOnANodeAreNamedUntilTheLeasesEnd() {
        announce(
                JOB,
                lease(1, 10),
                lease(2, 20),
                new SpaceLease(new UUID(0, 9), location(4).storageNode(), 5));
        announce(OTHER_JOB, lease(3, 7));
        broker.tell(new SpaceMessage.Hold(new UUID(0, 4), NODE, 30));
        assertThat(promisesTo(NODE))
                .as("a lease of an earlier build names no job")
                .containsExactly(new JobPromise(JOB.jobId(), 2, 30), new JobPromise(OTHER_JOB.jobId(), 1, 7));
        broker.tell(new SpaceMessage.ReturnLease(JOB, lease(1, 10).assignmentId()));
        assertThat(promisesTo(NODE)).contains(new JobPromise(JOB.jobId(), 1, 20));
        announce(JOB);
        announce(OTHER_JOB);
        assertThat(promisesTo(NODE)).isEmpty();
    }

    private WeightTotals announceWeight(FencingToken token, long weight) {
        broker.tell(new SpaceMessage.AnnounceWeight(token, weight, replies.getRef()));
        return replies.expectMessageClass(SpaceMessage.WeightsOfJobs.class).weights();
    }

    @Test
    void theWeightsOfTheJobsThatPlanAreAddedUp() {
        assertThat(announceWeight(JOB, 1)).isEqualTo(new WeightTotals(1, 1));
        assertThat(announceWeight(OTHER_JOB, 4)).isEqualTo(new WeightTotals(5, 4));
        assertThat(announceWeight(JOB, 2)).as("a new weight").isEqualTo(new WeightTotals(6, 4));
        clock.pass(JobWeights.EXPIRY.plusMillis(1));
        assertThat(announceWeight(JOB, 2)).as("the other job plans no more").isEqualTo(new WeightTotals(2, 2));
    }

    @Test
    void theWeightOfAnEarlierEpochDoesNotCount() {
        announceWeight(RESTARTED, 3);
        broker.tell(new SpaceMessage.AnnounceWeight(JOB, 100, replies.getRef()));
        assertThat(announceWeight(RESTARTED, 3)).isEqualTo(new WeightTotals(3, 3));
    }

    @Test
    void jobsOfAnEarlierBuildAreServed() {
        TestProbe<SpaceMessage.SpaceReply> reply = KIT.createTestProbe();
        broker.tell(new SpaceMessage.Hold(new UUID(0, 1), NODE, 30));
        broker.tell(new SpaceMessage.Lease(new UUID(0, 2), NODE, 60, 100, reply.getRef()));
        assertThat(reply.receiveMessage()).isEqualTo(new SpaceMessage.SpaceReply(new UUID(0, 2), NODE, true, 90));
        broker.tell(new SpaceMessage.Lease(new UUID(0, 3), NODE, 60, 100, reply.getRef()));
        assertThat(reply.receiveMessage()).isEqualTo(new SpaceMessage.SpaceReply(new UUID(0, 3), NODE, false, 90));
        broker.tell(new SpaceMessage.Return(new UUID(0, 1)));
        broker.tell(new SpaceMessage.Lease(new UUID(0, 3), NODE, 40, 100, reply.getRef()));
        assertThat(reply.receiveMessage().granted()).isTrue();
    }

    @Test
    void aPenaltyIsSharedShownAndEnds() {
        broker.tell(new SpaceMessage.ReportDestination(
                JOB, NODE, Optional.of(DestinationFault.lost(Reason.ASSIGNMENT_REJECTED, "no such directory"))));
        assertThat(penalties()).singleElement().satisfies(each -> {
            assertThat(each.node()).isEqualTo(NODE);
            assertThat(each.cause()).isEqualTo(PenaltyCause.REFUSED);
            assertThat(each.since()).isEqualTo(clock.instant());
            assertThat(each.until()).isEqualTo(clock.instant().plusSeconds(30));
            assertThat(each.detail()).isEqualTo("no such directory");
        });
        assertThat(reports()).extracting(PenaltyReport::faults).containsExactly(Optional.of(1));
        assertThat(announce(OTHER_JOB).penalties()).isEqualTo(penalties());
        clock.pass(Duration.ofSeconds(30));
        assertThat(penalties()).isEmpty();
        assertThat(announce(OTHER_JOB).penalties()).isEmpty();
        broker.tell(new SpaceMessage.ReportDestination(JOB, NODE, Optional.empty()));
        broker.tell(new SpaceMessage.ReportDestination(
                JOB, NODE, Optional.of(DestinationFault.lost(Reason.ASSIGNMENT_REJECTED, "again"))));
        assertThat(penalties()).extracting(Penalty::strikes).containsExactly(1);
    }
}
