package io.rebalancer.manager.reconcile;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.fleet.SpaceBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A run over records and files in memory. */
abstract class RunFixture {
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final CopyLocation ONE = new CopyLocation("dc1", new StorageNodeId("1.stor"));
    static final CopyLocation TWO = new CopyLocation("dc2", new StorageNodeId("2.stor"));
    static final CopyLocation THREE = new CopyLocation("dc2", new StorageNodeId("3.stor"));
    static final Instant OLD = Instant.now().minus(Duration.ofDays(30));

    @SuppressWarnings("NullAway.Init")
    static ActorTestKit kit;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(
                "reconcile",
                PersistenceTestKitPlugin.config().withFallback(SettingsFile.over(ConfigFactory.parseString("""
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                        """))));
    }

    @TempDir
    Path directory;

    final Clock clock = Clock.systemUTC();
    final ShardsInMemory shards = new ShardsInMemory(3);
    final FindingsInMemory findings = new FindingsInMemory();
    final Map<StorageNodeId, FilesInMemory> nodes = new HashMap<>();
    final AuditInMemory audit = new AuditInMemory();
    final List<NodeStatus> outOfService = new CopyOnWriteArrayList<>();

    final ActorRef<SpaceMessage> spaceBroker = kit.spawn(SpaceBroker.create(clock));

    /** Sees each message to the space broker before the broker does. */
    volatile Consumer<SpaceMessage> onSpaceMessage = message -> {};

    /** Whether the journal knows no later incarnation of the run. */
    volatile boolean isLatest = true;

    /** Whether the next order reads contents. */
    boolean readsContents;

    UUID id = UUID.randomUUID();
    final TestProbe<ScheduleMessage> schedule = kit.createTestProbe();
    ActorRef<ReconcileMessage> run = kit.<ReconcileMessage>createTestProbe().getRef();

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    RunFixture() {
        for (CopyLocation each : List.of(ONE, TWO, THREE)) {
            FilesInMemory files = new FilesInMemory(each.storageNode(), clock);
            files.copyFrom(source -> Optional.ofNullable(nodes.get(source)));
            nodes.put(each.storageNode(), files);
        }
    }

    FilesInMemory files(CopyLocation location) {
        return Optional.ofNullable(nodes.get(location.storageNode())).orElseThrow();
    }

    static CopyKey key(int number) {
        return new CopyKey(new UUID(number % 3 - 1, 7), new UUID(number * 0x9E3779B97F4A7C15L, number));
    }

    /** A record on nodes, and its files. */
    RecordRef store(int number, CopyLocation... copies) {
        for (CopyLocation copy : copies) {
            files(copy).put(key(number), 5, OLD);
        }
        return shards.put(1 + number % 3, key(number), 5, OLD, copies);
    }

    ReconcileResources resources(String settings) {
        Config base = ConfigFactory.parseString("""
                rebalancer.reconcile {
                  enabled = on, shard-timeout = 1s, grace.unsafe = on, limits.quarantine-after = 0s
                }
                """)
                .withValue(
                        "rebalancer.reconcile.sort.directory",
                        ConfigValueFactory.fromAnyRef(
                                directory.resolve("claims").toString()));
        ReconcileSettings parsed = ReconcileSettings.from(
                SettingsFile.over(ConfigFactory.parseString(settings).withFallback(base)));
        return new ReconcileResources(
                () -> parsed,
                shards,
                new ScanPermits(() -> 32),
                shards,
                node -> Optional.ofNullable(nodes.get(node)).orElseThrow(),
                () -> CompletableFuture.completedFuture(Stream.of(ONE, TWO, THREE)
                        .map(each ->
                                new FleetNode(new StorageNode(each.storageNode(), each.datacenter(), 1000, 10), true))
                        .toList()),
                findings,
                schedule.getRef(),
                new RepairResources(
                        audit,
                        () -> new PlacementPolicy(100, 0, Set.of(), Set.of()),
                        () -> CompletableFuture.completedFuture(List.copyOf(outOfService)),
                        kit.spawn(Behaviors.receiveMessage(message -> {
                            onSpaceMessage.accept(message);
                            spaceBroker.tell(message);
                            return Behaviors.same();
                        })),
                        (persistenceId, last) -> CompletableFuture.completedFuture(isLatest)),
                clock);
    }

    ActorRef<ReconcileMessage> spawn(String settings) {
        return kit.spawn(ReconciliationRun.create(
                new EntityContext<>(
                        Entities.RECONCILIATION_RUN,
                        id.toString(),
                        kit.<ClusterSharding.ShardCommand>createTestProbe().getRef()),
                resources(settings)));
    }

    RunOrder order(RunMode mode, Map<StorageNodeId, String> roots, CopyLocation... compared) {
        return new RunOrder(
                id,
                5,
                mode,
                Stream.of(compared).map(CopyLocation::storageNode).toList(),
                Optional.empty(),
                "ann",
                roots,
                readsContents,
                Optional.empty());
    }

    void begin(RunOrder order) {
        run = spawn("");
        run.tell(new ReconcileMessage.CreateRun(
                order, kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
    }

    RunState state() {
        TestProbe<ReconcileMessage.RunReply> reply = kit.createTestProbe();
        run.tell(new ReconcileMessage.GetRun(reply.getRef()));
        return reply.expectMessageClass(ReconcileMessage.RunFound.class, TIMEOUT)
                .state();
    }

    RunState awaitEnd() {
        await().atMost(TIMEOUT).until(() -> state().phase().terminal());
        return state();
    }

    RunState observe(CopyLocation... compared) {
        begin(order(RunMode.OBSERVE, Map.of(), compared));
        return awaitEnd();
    }

    NodeReport report(RunState ended, CopyLocation node) {
        return Optional.ofNullable(ended.reports().get(node.storageNode())).orElseThrow();
    }

    Set<String> found() {
        return findings.of(id).stream()
                .map(each -> each.node() + " " + each.kind() + " " + each.key())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static String finding(CopyLocation node, DriftKind kind, int number) {
        return node.storageNode() + " " + kind + " " + key(number);
    }
}
