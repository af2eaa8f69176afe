package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegistryEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A registry whose journal fails, over jobs that only count the messages that create them. */
@Tag("slow")
class JobRegistryFaultTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);

    private final ActorTestKit kit = ActorTestKit.create(
            "registry",
            PersistenceTestKitPlugin.config()
                    .withFallback(SettingsFile.over(ConfigFactory.parseString("""
                pekko.cluster.roles = [%s]
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(Roles.MANAGER)))));
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    /** How often each job was created. */
    private final Map<String, Integer> created = new ConcurrentHashMap<>();

    private ActorRef<RegistryMessage> registry =
            kit.<RegistryMessage>createTestProbe().getRef();

    @BeforeEach
    void start() {
        Cluster cluster = Cluster.get(kit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        await().atMost(TIMEOUT).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
        EvacuateJobs.host(
                kit.system(),
                entity -> job(entity.getEntityId()),
                new JobMessage.GetJob(kit.<JobMessage.JobReply>createTestProbe().getRef()));
        registry = kit.spawn(JobRegistry.create(Clock.systemUTC(), Duration.ofMillis(200)));
    }

    @AfterEach
    void stop() {
        // The member leaves the cluster, which takes long on a busy machine.
        ActorTestKit.shutdown(kit.system(), TIMEOUT);
    }

    private Behavior<JobMessage> job(String id) {
        return Behaviors.receive(JobMessage.class)
                .onMessage(JobMessage.CreateJob.class, create -> {
                    created.merge(id, 1, Integer::sum);
                    return Behaviors.same();
                })
                // Sharding asks it to stop when the member leaves.
                .onAnyMessage(stop -> Behaviors.stopped())
                .build();
    }

    private void register(UUID job) {
        TestProbe<RegistryMessage.RegistryReply> reply = kit.createTestProbe();
        registry.tell(new RegistryMessage.RegisterJob(
                job,
                new CopyLocation("dc1", new StorageNodeId(job.getLeastSignificantBits() + ".stor")),
                0,
                reply.getRef()));
    }

    private List<UUID> stored() {
        return journal.persistedInStorage(Entities.JOB_REGISTRY_ID).stream()
                .filter(RegistryEvent.JobRegistered.class::isInstance)
                .map(event -> ((RegistryEvent.JobRegistered) event).jobId())
                .toList();
    }

    private void awaitCreated(UUID job) {
        int before = created.getOrDefault(job.toString(), 0);
        await().atMost(TIMEOUT).until(() -> created.getOrDefault(job.toString(), 0) > before + 2);
    }

    /** A write that fails loses the order, so the test repeats it, as a client does. */
    @ParameterizedTest(name = "{0} writes fail")
    @ValueSource(ints = {1, 3})
    void jobsAreCreatedAgainAfterAWriteThatFails(int failures) {
        register(FIRST);
        await().atMost(TIMEOUT).until(() -> stored().equals(List.of(FIRST)));
        awaitCreated(FIRST);
        journal.failNextNPersisted(Entities.JOB_REGISTRY_ID, failures);
        for (int write = 0; write <= failures; write++) {
            register(SECOND);
        }
        await().atMost(TIMEOUT).until(() -> stored().size() == 2);
        assertThat(stored()).containsExactly(FIRST, SECOND);
        awaitCreated(FIRST);
        awaitCreated(SECOND);
    }
}
