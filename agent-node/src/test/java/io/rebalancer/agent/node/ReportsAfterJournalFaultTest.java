package io.rebalancer.agent.node;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.MemberPresence;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent repeats the reports of finished assignments also after its journal has failed. A job that lost a report needs it. */
@Tag("slow")
class ReportsAfterJournalFaultTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final UUID JOB = new UUID(0, 7);
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(1, 2);

    @TempDir
    private Path root;

    private final ActorTestKit kit = ActorTestKit.create(
            "reports",
            ConfigFactory.parseString("""
                pekko.cluster.roles = [%s]
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(Roles.MANAGER))
                    .withFallback(PersistenceTestKitPlugin.config())
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    /** How often the job got the report of each assignment. */
    private final Map<UUID, Integer> reports = new ConcurrentHashMap<>();

    private AgentSettings settings;
    private ObjectStore store;
    private FreeSpaceMonitor freeSpace;
    private TestEngine engine;
    private InventoryRequests inventory;
    private ActorRef<AgentMessage> agent;

    @BeforeEach
    void start() throws IOException {
        Cluster cluster = Cluster.get(kit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        await().atMost(TIMEOUT).until(() -> MemberPresence.get(kit.system()).isReachable(Roles.MANAGER));
        EvacuateJobs.host(kit.system(), entity -> job(), new JobMessage.ReleaseAcknowledged(JOB));
        settings = TestEngine.settings(root, Duration.ofSeconds(1), Map.of());
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        freeSpace = new FreeSpaceMonitor(store.space());
        engine = TestEngine.start(settings, store);
        inventory =
                InventoryRequests.open(settings, new InventorySettings(1 << 20, 0, 1 << 20), store, engine.engine());
        agent = kit.spawn(StorageAgent.create(
                settings,
                engine.engine().newClient(),
                freeSpace,
                TestEngine.metrics(settings),
                new PlayedControl(),
                inventory));
    }

    @AfterEach
    void stop() throws IOException {
        // The member leaves the cluster, which takes long on a busy machine.
        ActorTestKit.shutdown(kit.system(), TIMEOUT);
        inventory.close();
        engine.close();
        freeSpace.close();
        store.close();
    }

    private Behavior<JobMessage> job() {
        return Behaviors.receive(JobMessage.class)
                .onMessage(JobMessage.CopiesReported.class, report -> {
                    reports.merge(report.assignmentId(), 1, Integer::sum);
                    return Behaviors.same();
                })
                .onMessage(JobMessage.AssignmentAccepted.class, accepted -> Behaviors.same())
                // Sharding asks it to stop when the member leaves.
                .onAnyMessage(stop -> Behaviors.stopped())
                .build();
    }

    private String persistenceId() {
        return PersistenceId.of(
                        Entities.STORAGE_AGENT.name(), settings.storageNode().text())
                .id();
    }

    /** An assignment without copies, which is finished as soon as it is stored. */
    private void assign(UUID id) {
        agent.tell(new AgentMessage.Assign(
                new FencingToken(JOB, 1),
                new Assignment(id, new CopyLocation("dc1", settings.storageNode()), List.of())));
    }

    private void awaitStored(UUID id) {
        await().atMost(TIMEOUT)
                .until(() -> journal.persistedInStorage(persistenceId()).stream()
                        .filter(AgentEvent.AssignmentAccepted.class::isInstance)
                        .map(event -> ((AgentEvent.AssignmentAccepted) event)
                                .assignment()
                                .id())
                        .anyMatch(id::equals));
    }

    /** Waits for two further reports of each assignment. One may have been on its way. */
    private void awaitReports() {
        int first = reports.getOrDefault(FIRST, 0);
        int second = reports.getOrDefault(SECOND, 0);
        await().atMost(TIMEOUT)
                .until(() ->
                        reports.getOrDefault(FIRST, 0) > first + 1 && reports.getOrDefault(SECOND, 0) > second + 1);
    }

    @ParameterizedTest(name = "{0} writes fail")
    @ValueSource(ints = {1, 3})
    void reportsAreRepeatedAfterAWriteThatFails(int failures) {
        assign(FIRST);
        awaitStored(FIRST);
        journal.failNextNPersisted(persistenceId(), failures, new IOException("the journal's disk is full"));
        for (int write = 0; write <= failures; write++) {
            assign(SECOND);
        }
        awaitStored(SECOND);
        awaitReports();
    }
}
