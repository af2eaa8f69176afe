package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.evacuate.commit.CommitResources;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.persistence.query.JournalReader;
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
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.query.javadsl.PersistenceTestKitReadJournal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A job that moves one object from node 1 to node 3, with an agent that the test plays. */
class EvacuateJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "job", PersistenceTestKitPlugin.config().withFallback(SettingsFile.over(ConfigFactory.parseString("""
                    pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                    pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                    """))));
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final StorageNodeId DESTINATION = location(3).storageNode();

    private final TestProbe<RegistryMessage> registry = KIT.createTestProbe();
    private final TestProbe<Assignment> assigned = KIT.createTestProbe();
    private final List<UUID> released = new CopyOnWriteArrayList<>();
    private final List<UUID> forgotten = new CopyOnWriteArrayList<>();
    private final ActorRef<SpaceMessage> spaceBroker = KIT.spawn(SpaceBroker.create(Clock.systemUTC()));
    private final ActorRef<JobMessage> job = startJob();

    /** Hands every assignment to the test. */
    private final class TestGateway implements AgentGateway {
        @Override
        public boolean isReachable(StorageNodeId node) {
            return true;
        }

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> sender) {
            assigned.getRef().tell(assignment);
        }

        @Override
        public void release(FencingToken token, StorageNodeId node, UUID assignmentId, List<UUID> unwanted) {
            released.add(assignmentId);
        }

        @Override
        public void forget(UUID assignmentId) {
            forgotten.add(assignmentId);
        }
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private ActorRef<JobMessage> startJob() {
        RecordsInMemory records = new RecordsInMemory();
        records.put(1, 1, 1, 2);
        EvacuateSettings settings = TestSettings.evacuate(
                "rebalancer.evacuate { retry-pause-min = 10ms, reminder-interval = 1h, max-assignment-age = 10ms }");
        LegacyMetrics metrics = new LegacyMetrics(Map.of());
        PersistenceTestKitReadJournal journal = PersistenceQuery.get(KIT.system())
                .getReadJournalFor(PersistenceTestKitReadJournal.class, PersistenceTestKitReadJournal.Identifier());
        JobResources resources = new JobResources(
                new PlanningResources(
                        () -> settings,
                        new ScanResources(records, records, new ScanPermits(() -> 32)),
                        directory(),
                        spaceBroker,
                        Clock.systemUTC()),
                CommitResources.create(KIT.system(), settings::commit, records, metrics::metadataThreads),
                new TestGateway(),
                registry.getRef(),
                JournalReader.of(journal),
                metrics,
                AssignmentTraces.NONE);
        EntityContext<JobMessage> entity = new EntityContext<>(
                Entities.EVACUATE_JOB,
                UUID.randomUUID().toString(),
                KIT.<ClusterSharding.ShardCommand>createTestProbe().getRef());
        ActorRef<JobMessage> started = KIT.spawn(EvacuateJob.create(entity, resources));
        started.tell(new JobMessage.CreateJob(
                location(1), 0, KIT.<JobMessage.JobReply>createTestProbe().getRef()));
        return started;
    }

    private static ActorRef<StorageNodeDirectory.Command> directory() {
        DestinationCandidates candidates = new DestinationCandidates(
                true, List.of(new StorageNode(DESTINATION, "dc3", 50_000, 10)), List.of(), List.of());
        return KIT.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                    subscribe.subscriber().tell(candidates);
                    return Behaviors.same();
                })
                .build());
    }

    private long promisedMib() {
        TestProbe<SpaceMessage.SpaceReply> reply = KIT.createTestProbe();
        UUID id = UUID.randomUUID();
        spaceBroker.tell(new SpaceMessage.Lease(id, DESTINATION, 0, Long.MAX_VALUE, reply.getRef()));
        spaceBroker.tell(new SpaceMessage.Return(id));
        return reply.receiveMessage(TIMEOUT).promisedMib();
    }

    private List<Penalty> penalties() {
        TestProbe<SpaceMessage.Penalties> reply = KIT.createTestProbe();
        spaceBroker.tell(new SpaceMessage.GetPenalties(reply.getRef()));
        return reply.receiveMessage(TIMEOUT).penalties();
    }

    @Test
    void everyPartForgetsAnAssignmentThatEnded() {
        Assignment rejected = assigned.receiveMessage(TIMEOUT);
        assertThat(promisedMib()).isPositive();
        job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(forgotten).containsExactly(rejected.id()));
        assertThat(released).isEmpty();
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(penalties())
                        .extracting(Penalty::node, Penalty::cause)
                        .containsExactly(tuple(DESTINATION, PenaltyCause.REFUSED)));

        Assignment copied = assigned.receiveMessage(TIMEOUT);
        job.tell(new JobMessage.CopiesReported(copied.id(), DESTINATION, List.of()));
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(forgotten).containsExactly(rejected.id(), copied.id()));
        assertThat(released).containsExactly(copied.id());
        registry.expectMessageClass(RegistryMessage.JobEnded.class, TIMEOUT);
        assertThat(promisedMib()).isZero();
    }

    @Test
    void aJobThatLeavesTheMemberForgetsItsAssignmentsAndKeepsTheirSpace() {
        Assignment inFlight = assigned.receiveMessage(TIMEOUT);
        job.tell(EvacuateJob.stopMessage());
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(forgotten).containsExactly(inFlight.id()));
        assertThat(released).isEmpty();
        assertThat(promisedMib()).isPositive();
    }
}
