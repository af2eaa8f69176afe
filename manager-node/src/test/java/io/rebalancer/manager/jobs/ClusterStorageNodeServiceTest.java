package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The penalties of storage nodes, with a space broker that the test plays. The test moves the time. */
class ClusterStorageNodeServiceTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "nodes",
            ManualTime.config()
                    .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                    .withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final StorageNodeId NODE = new StorageNodeId("3.stor");
    private static final List<PenaltyReport> PENALTIES = List.of(new PenaltyReport(
            new Penalty(NODE, PenaltyCause.REFUSED, 1, Instant.EPOCH, Instant.EPOCH.plusSeconds(30), "no"),
            Optional.of(3)));

    private final TestProbe<RegistryMessage> registry = KIT.createTestProbe();
    private final TestProbe<SpaceMessage> broker = KIT.createTestProbe();
    private final TestProbe<StorageNodeDirectory.Command> directory = KIT.createTestProbe();
    private final ClusterStorageNodeService service =
            new ClusterStorageNodeService(KIT.system(), registry.getRef(), broker.getRef(), directory.getRef());

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletableFuture<Optional<List<PenaltyReport>>> ask() {
        return service.penalties().toCompletableFuture();
    }

    private SpaceMessage.GetPenalties question() {
        return broker.expectMessageClass(SpaceMessage.GetPenalties.class);
    }

    private static <T> T result(CompletableFuture<T> asked) throws Exception {
        return asked.get(30, TimeUnit.SECONDS);
    }

    @Test
    void thePenaltiesOfTheBrokerAreReturned() throws Exception {
        CompletableFuture<Optional<List<PenaltyReport>>> asked = ask();
        question().replyTo().tell(new SpaceMessage.Penalties(PENALTIES));
        assertThat(result(asked)).contains(PENALTIES);
    }

    @Test
    void noPenaltiesAreNotTheSameAsUnknownPenalties() throws Exception {
        CompletableFuture<Optional<List<PenaltyReport>>> asked = ask();
        question().replyTo().tell(new SpaceMessage.Penalties(List.of()));
        assertThat(result(asked)).contains(List.of());
    }

    @Test
    void aBrokerThatNeverRepliesLeavesThePenaltiesUnknown() throws Exception {
        for (int time = 0; time < 3; time++) {
            CompletableFuture<Optional<List<PenaltyReport>>> asked = ask();
            question();
            assertThat(asked).isNotDone();
            TIME.timePasses(ClusterStorageNodeService.BROKER_TIMEOUT);
            assertThat(result(asked)).isEmpty();
        }
    }

    @Test
    void aLateReplyIsDroppedAndTheNextOneCounts() throws Exception {
        CompletableFuture<Optional<List<PenaltyReport>>> asked = ask();
        SpaceMessage.GetPenalties late = question();
        TIME.timePasses(ClusterStorageNodeService.BROKER_TIMEOUT);
        assertThat(result(asked)).isEmpty();
        late.replyTo().tell(new SpaceMessage.Penalties(List.of()));
        CompletableFuture<Optional<List<PenaltyReport>>> next = ask();
        SpaceMessage.GetPenalties second = question();
        assertThat(next).isNotDone();
        second.replyTo().tell(new SpaceMessage.Penalties(PENALTIES));
        assertThat(result(next)).contains(PENALTIES);
    }

    @Test
    void theNodesOutOfServiceDoNotWaitForTheBroker() throws Exception {
        CompletableFuture<Optional<List<PenaltyReport>>> penalties = ask();
        CompletableFuture<List<NodeStatus>> nodes = service.outOfService().toCompletableFuture();
        NodeStatus drained = new NodeStatus(NODE, ServiceState.DRAINED, new UUID(0, 1), Instant.EPOCH);
        registry.expectMessageClass(RegistryMessage.WatchNodes.class)
                .subscriber()
                .tell(new RegistryMessage.NodesOutOfService(1, List.of(drained)));
        assertThat(result(nodes)).containsExactly(drained);
        assertThat(penalties).isNotDone();
        TIME.timePasses(Duration.ofSeconds(2));
        assertThat(result(penalties)).isEmpty();
    }

    @Test
    void theJobsWithAssignmentsToANodeAreUnknownIfTheBrokerDoesNotReply() throws Exception {
        List<JobPromise> jobs = List.of(new JobPromise(new UUID(0, 1), 2, 30));
        CompletableFuture<Optional<List<JobPromise>>> known =
                service.destinationOf(NODE).toCompletableFuture();
        SpaceMessage.GetPromisesTo question = broker.expectMessageClass(SpaceMessage.GetPromisesTo.class);
        assertThat(question.node()).isEqualTo(NODE);
        question.replyTo().tell(new SpaceMessage.PromisesTo(NODE, jobs));
        assertThat(result(known)).contains(jobs);
        CompletableFuture<Optional<List<JobPromise>>> unknown =
                service.destinationOf(NODE).toCompletableFuture();
        broker.expectMessageClass(SpaceMessage.GetPromisesTo.class);
        TIME.timePasses(ClusterStorageNodeService.BROKER_TIMEOUT);
        assertThat(result(unknown)).isEmpty();
    }

    /** An ended job may hold space until its agents have replied. What is no job is a run of reconciliation. */
    @Test
    void jobsAreDistinguishedFromRuns() throws Exception {
        assertThat(result(service.jobsAmong(Set.of()).toCompletableFuture())).isEmpty();
        CompletableFuture<Set<UUID>> asked =
                service.jobsAmong(Set.of(new UUID(0, 2), new UUID(0, 9))).toCompletableFuture();
        registry.expectMessageClass(RegistryMessage.ListJobs.class)
                .replyTo()
                .tell(new RegistryMessage.Jobs(List.of(job(3, NODE, false), job(2, NODE, true))));
        assertThat(result(asked)).containsExactly(new UUID(0, 2));
    }

    @Test
    void onlyJobsThatHaveNotEndedEmptyANode() throws Exception {
        CompletableFuture<List<UUID>> asked = service.emptiedBy(NODE).toCompletableFuture();
        registry.expectMessageClass(RegistryMessage.ListJobs.class)
                .replyTo()
                .tell(new RegistryMessage.Jobs(
                        List.of(job(4, new StorageNodeId("4.stor"), false), job(3, NODE, false), job(2, NODE, true))));
        assertThat(result(asked)).containsExactly(new UUID(0, 3));
    }

    private static RegisteredJob job(int number, StorageNodeId leaving, boolean ended) {
        return new RegisteredJob(new UUID(0, number), new CopyLocation("dc1", leaving), 0, Instant.EPOCH, ended, false);
    }
}
