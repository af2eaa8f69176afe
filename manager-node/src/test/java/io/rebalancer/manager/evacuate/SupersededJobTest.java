package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.jobs.JobRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The space broker knows a later incarnation of a job, or is wrong about that. */
@Tag("slow")
class SupersededJobTest {
    private static final Duration SHORT_BACKOFF = Duration.ofMillis(10);
    private static final Duration LONG_BACKOFF = Duration.ofHours(1);

    private final UUID id = UUID.randomUUID();
    private final RecordsInMemory records = new RecordsInMemory();
    /** How often the broker calls the job's incarnation stale, whichever it is. */
    private final AtomicInteger wrong = new AtomicInteger();
    /** The epochs of the requests for leases. */
    private final List<Long> epochs = new CopyOnWriteArrayList<>();

    private ActorTestKit kit = start(Duration.ofHours(1));

    /** @param restart delay of sharding before it starts a stopped job again without a message */
    private static ActorTestKit start(Duration restart) {
        Config config = ConfigFactory.parseString("""
                pekko.cluster.roles = [%s]
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.cluster.sharding.entity-restart-backoff = %s
                pekko.actor.testkit.typed.filter-leeway = 30s
                """.formatted(Roles.MANAGER, restart.toMillis() + "ms"));
        return ActorTestKit.create("superseded", config.withFallback(JobFixture.config()));
    }

    @BeforeEach
    void fill() {
        records.put(1, 1, 1, 2);
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private List<Object> events() {
        return PersistenceTestKit.create(kit.system()).persistedInStorage("EvacuateJob|" + id);
    }

    /** The take-overs of the pass. */
    private long takeOvers() {
        return events().stream()
                .takeWhile(event -> !(event instanceof JobEvent.VerificationStarted))
                .filter(JobEvent.IncarnationBegan.class::isInstance)
                .count();
    }

    private ActorRef<SpaceMessage> broker() {
        ActorRef<SpaceMessage> real = kit.spawn(SpaceBroker.create(Clock.systemUTC()));
        return kit.spawn(Behaviors.receive(SpaceMessage.class)
                .onMessage(SpaceMessage.RequestLease.class, request -> {
                    epochs.add(request.token().epoch());
                    if (wrong.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        request.replyTo()
                                .tell(new SpaceMessage.LeaseDecided(
                                        request.token(),
                                        request.lease().assignmentId(),
                                        request.lease().node(),
                                        LeaseDecision.STALE,
                                        0));
                    } else {
                        real.tell(request);
                    }
                    return Behaviors.same();
                })
                .onAnyMessage(other -> {
                    real.tell(other);
                    return Behaviors.same();
                })
                .build());
    }

    private JobFixture incarnation(ActorRef<SpaceMessage> spaceBroker, PlayedAgent agent, Duration backoff) {
        return new JobFixture(kit, records, agent, id, spaceBroker, backoff);
    }

    /** Hosts the job by sharding. Returns the probe that gets its end. */
    private TestProbe<RegistryMessage.JobEnded> host() {
        Cluster cluster = Cluster.get(kit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        await().atMost(JobFixture.TIMEOUT)
                .until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
        TestProbe<RegistryMessage.JobEnded> ended = kit.createTestProbe();
        JobResources resources = JobFixture.resources(kit, records, new PlayedAgent(), broker(), ended.getRef());
        EvacuateJobs.host(
                kit.system(),
                entity -> EvacuateJob.create(entity, resources, SHORT_BACKOFF),
                EvacuateJob.stopMessage());
        return ended;
    }

    private void createByMessage() {
        ClusterSharding.get(kit.system())
                .entityRefFor(Entities.EVACUATE_JOB, id.toString())
                .tell(new JobMessage.CreateJob(
                        location(1),
                        0,
                        kit.<JobMessage.JobReply>createTestProbe().getRef()));
    }

    private void assertOnlyTakeOversAreStored(List<Object> events) {
        assertThat(events.subList(0, 2))
                .hasExactlyElementsOfTypes(JobEvent.JobCreated.class, JobEvent.PassStarted.class);
        assertThat(events.subList(2, events.size())).hasOnlyElementsOfType(JobEvent.IncarnationBegan.class);
    }

    @Test
    void aSupersededIncarnationStopsWithoutAWrite() {
        wrong.set(Integer.MAX_VALUE);
        JobFixture job = incarnation(broker(), new PlayedAgent(), SHORT_BACKOFF);
        job.create();
        kit.createTestProbe().expectTerminated(job.job, JobFixture.TIMEOUT);
        assertThat(events()).hasExactlyElementsOfTypes(JobEvent.JobCreated.class, JobEvent.PassStarted.class);
    }

    /** The first incarnation is on a manager that was frozen while another manager took the job over. */
    @Test
    void theLaterIncarnationKeepsTheJob() {
        TestProbe<SpaceMessage> frozen = kit.createTestProbe();
        PlayedAgent unused = new PlayedAgent();
        JobFixture earlier = incarnation(frozen.getRef(), unused, SHORT_BACKOFF);
        earlier.create();
        SpaceMessage next = frozen.receiveMessage(JobFixture.TIMEOUT);
        while (!(next instanceof SpaceMessage.RequestLease)) {
            next = frozen.receiveMessage(JobFixture.TIMEOUT);
        }
        SpaceMessage request = next;
        ActorRef<SpaceMessage> broker = broker();
        PlayedAgent agent = new PlayedAgent();
        JobFixture later = incarnation(broker, agent, SHORT_BACKOFF);
        await().atMost(JobFixture.TIMEOUT).until(() -> !agent.assigned.isEmpty());
        broker.tell(request);
        kit.createTestProbe().expectTerminated(earlier.job, JobFixture.TIMEOUT);
        assertThat(later.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(unused.assigned).isEmpty();
        assertThat(takeOvers()).isEqualTo(1);
        assertThat(later.state().settled().relocated()).isEqualTo(1);
    }

    /** Sharding starts a stopped job with the next message to it. So the incarnation is silent first, and then stops. */
    @Test
    void messagesDoNotStartASupersededIncarnationBeforeTheBackoff() {
        wrong.set(Integer.MAX_VALUE);
        JobFixture job = incarnation(broker(), new PlayedAgent(), LONG_BACKOFF);
        LoggingTestKit.warn("is superseded").withOccurrences(1).expect(kit.system(), () -> {
            job.create();
            return "created";
        });
        TestProbe<JobMessage.InFlightTo> asking = kit.createTestProbe();
        for (int time = 0; time < 20; time++) {
            job.create();
            job.job.tell(new JobMessage.AskInFlightTo(location(3).storageNode(), asking.getRef()));
            job.job.tell(new JobMessage.AssignmentAccepted(new UUID(1, time), 0));
            job.job.tell(JobInternalMessage.Remind.INSTANCE);
            assertThat(job.stands().state().counts().inFlight()).isZero();
        }
        asking.expectNoMessage(Duration.ZERO);
        assertThat(epochs).hasSize(1);
        assertThat(events()).hasSize(2);
    }

    @Test
    void theRegistryBringsAJobBackThatNoOtherManagerRuns() {
        wrong.set(1);
        TestProbe<RegistryMessage.JobEnded> ended = host();
        kit.spawn(JobRegistry.create(Clock.systemUTC(), Duration.ofSeconds(1)))
                .tell(new RegistryMessage.RegisterJob(
                        id,
                        location(1),
                        0,
                        kit.<RegistryMessage.RegistryReply>createTestProbe().getRef()));
        assertThat(ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(takeOvers()).isEqualTo(1);
        assertThat(epochs).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void shardingBringsAJobBackWithoutAMessage() {
        kit.shutdownTestKit();
        kit = start(Duration.ofMillis(100));
        wrong.set(1);
        TestProbe<RegistryMessage.JobEnded> ended = host();
        createByMessage();
        assertThat(ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(takeOvers()).isEqualTo(1);
    }

    /** Each return begins an epoch, which is stored, and nothing else is. */
    @Test
    void aJobComesBackAgainAndAgainWhileTheBrokerIsWrong() {
        kit.shutdownTestKit();
        kit = start(Duration.ofMillis(100));
        wrong.set(Integer.MAX_VALUE);
        TestProbe<RegistryMessage.JobEnded> ended = host();
        createByMessage();
        await().atMost(JobFixture.TIMEOUT).until(() -> epochs.size() >= 4);
        List<Object> events = List.copyOf(events());
        assertOnlyTakeOversAreStored(events);
        assertThat(List.copyOf(epochs)).isSorted().doesNotHaveDuplicates();
        wrong.set(0);
        assertThat(ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
    }
}
