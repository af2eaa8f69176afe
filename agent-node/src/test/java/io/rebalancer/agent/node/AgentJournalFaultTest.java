package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.FaultySource;
import io.rebalancer.agent.copy.FaultySource.Fault;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A journal that fails costs no copy a second fetch, and no order is lost. */
@Timeout(120)
@Tag("slow")
class AgentJournalFaultTest {
    private static final StorageNodeId SOURCE = new StorageNodeId("2.stor");
    private static final UUID JOB = new UUID(0, 7);
    private static final UUID OWNER = new UUID(7, 7);
    private static final int TASKS = 40;
    private static final byte[] CONTENT = new byte[5000];

    @TempDir
    private Path root;

    private final ActorTestKit kit = ActorTestKit.create(
            "journal",
            ConfigFactory.parseString("pekko.remote.artery.canonical { hostname = \"127.0.0.1\", port = 0 }")
                    .withFallback(PersistenceTestKitPlugin.config())
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    private FaultySource source;
    private ObjectStore store;
    private FreeSpaceMonitor freeSpace;
    private TestEngine engine;
    private InventoryRequests inventory;
    private AgentSettings settings;
    private ActorRef<AgentMessage> agent;

    @BeforeEach
    void start() throws IOException {
        source = new FaultySource();
        settings = TestEngine.settings(root, Duration.ofSeconds(5), Map.of(SOURCE, URI.create(source.url())));
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
        kit.shutdownTestKit();
        inventory.close();
        engine.close();
        freeSpace.close();
        store.close();
        source.close();
    }

    private Assignment assignment() throws Exception {
        List<CopyTask> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            UUID object = new UUID(1, i);
            source.serve(object, CONTENT, Fault.NONE);
            tasks.add(new CopyTask(
                    new RecordRef(1, "/o/stor/" + i),
                    object,
                    OWNER,
                    CONTENT.length,
                    TestEngine.md5(CONTENT),
                    List.of(SOURCE)));
        }
        return new Assignment(new UUID(1, 1), new CopyLocation("dc1", settings.storageNode()), tasks);
    }

    private String persistenceId() {
        return PersistenceId.of(
                        Entities.STORAGE_AGENT.name(), settings.storageNode().text())
                .id();
    }

    /** Once, and longer than a restart of the actor takes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void copiesWhoseResultsCanNotBeStoredAreNotFetchedAgain(int failures) throws Exception {
        agent.tell(new AgentMessage.Assign(new FencingToken(JOB, 1), assignment()));
        await().until(() -> journal.persistedInStorage(persistenceId()).stream()
                .anyMatch(AgentEvent.AssignmentAccepted.class::isInstance));
        journal.failNextNPersisted(persistenceId(), failures, new IOException("the journal's disk is full"));
        await().atMost(Duration.ofSeconds(90)).until(() -> stored().size() == TASKS);
        assertThat(stored()).allMatch(result -> result.failure().isEmpty() && result.created());
        for (int i = 0; i < TASKS; i++) {
            assertThat(source.requests(new UUID(1, i))).isEqualTo(1);
        }
        assertThat(engine.engine().status().waiting()).isZero();
    }

    private List<TaskResult> stored() {
        return journal.persistedInStorage(persistenceId()).stream()
                .filter(AgentEvent.TasksFinished.class::isInstance)
                .flatMap(event -> ((AgentEvent.TasksFinished) event).results().stream())
                .toList();
    }
}
