package io.rebalancer.manager.reconcile;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.ReconciliationRuns;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RunCommand;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunRules;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleStatus;
import io.rebalancer.core.reconcile.ShardCoverage;
import io.rebalancer.core.reconcile.SkippedCounts;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A schedule over runs that only keep their state. */
abstract class ScheduleFixture {
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final StorageNodeId ONE = new StorageNodeId("1.stor");
    static final StorageNodeId TWO = new StorageNodeId("2.stor");

    final ActorTestKit kit = ActorTestKit.create(
            "schedule",
            PersistenceTestKitPlugin.config()
                    .withFallback(SettingsFile.over(ConfigFactory.parseString("""
                pekko.cluster.roles = [%s]
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(Roles.MANAGER)))));
    final Map<String, RunState> runs = new ConcurrentHashMap<>();
    final AtomicInteger created = new AtomicInteger();
    final SettableClock clock = new SettableClock(Instant.parse("2026-11-28T00:00:00Z"));
    final AuditInMemory audit = new AuditInMemory();

    volatile ReconcileSettings settings = settings("enabled = on");
    volatile Supplier<CompletionStage<List<FleetNode>>> fleet =
            () -> CompletableFuture.completedFuture(fleet(ONE, TWO));
    ActorRef<ScheduleMessage> schedule = kit.<ScheduleMessage>createTestProbe().getRef();

    @BeforeEach
    void join() {
        Cluster cluster = Cluster.get(kit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        await().atMost(TIMEOUT).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
        ReconciliationRuns.host(kit.system(), entity -> run(entity.getEntityId()), ReconciliationRun.stopMessage());
        schedule = spawn();
    }

    ActorRef<ScheduleMessage> spawn() {
        return kit.spawn(ReconciliationSchedule.create(
                new ScheduleResources(() -> settings, () -> fleet.get(), audit, clock), Duration.ofMillis(200)));
    }

    /** Another manager hosts the schedule. */
    void failOver() {
        kit.stop(schedule, TIMEOUT);
        schedule = spawn();
    }

    static ReconcileSettings settings(String reconcile) {
        return ReconcileSettings.from(
                SettingsFile.over(ConfigFactory.parseString("rebalancer.reconcile { " + reconcile + " }")));
    }

    static List<FleetNode> fleet(StorageNodeId... nodes) {
        return Stream.of(nodes)
                .map(each -> new FleetNode(new StorageNode(each, "dc1", 1000, 10), true))
                .toList();
    }

    @AfterEach
    void stop() {
        // The members leave the cluster, which takes long on a busy machine.
        ActorTestKit.shutdown(kit.system(), TIMEOUT);
    }

    private Behavior<ReconcileMessage> run(String id) {
        return Behaviors.receive(ReconcileMessage.class)
                .onMessage(ReconcileMessage.CreateRun.class, create -> {
                    created.incrementAndGet();
                    RunState state = change(id, new RunCommand.Create(create.order()));
                    create.replyTo().tell(new ReconcileMessage.RunFound(state, 1, ""));
                    return Behaviors.same();
                })
                .onMessage(ReconcileMessage.GetRun.class, get -> {
                    get.replyTo().tell(new ReconcileMessage.RunFound(runs.getOrDefault(id, RunState.EMPTY), 1, ""));
                    return Behaviors.same();
                })
                // Sharding asks it to stop when the member leaves.
                .onAnyMessage(stop -> Behaviors.stopped())
                .build();
    }

    RunState change(String id, RunCommand command) {
        RunState state = runs.getOrDefault(id, RunState.EMPTY);
        for (var event : RunRules.decide(state, command, Instant.now())) {
            state = state.apply(event);
        }
        runs.put(id, state);
        return state;
    }

    ScheduleMessage.ScheduleReply register(UUID id, boolean acceptRoots, StorageNodeId... nodes) {
        TestProbe<ScheduleMessage.ScheduleReply> reply = kit.createTestProbe();
        schedule.tell(new ScheduleMessage.RegisterRun(
                id,
                RunMode.OBSERVE,
                List.of(nodes),
                "ann",
                acceptRoots,
                false,
                Optional.empty(),
                Optional.empty(),
                reply.getRef()));
        return reply.receiveMessage(TIMEOUT);
    }

    RunOrder awaitOrder(UUID id) {
        await().atMost(TIMEOUT).until(() -> runs.containsKey(id.toString()));
        return Optional.ofNullable(runs.get(id.toString()))
                .flatMap(RunState::order)
                .orElseThrow();
    }

    /** A report of a storage node that was compared completely. */
    static NodeReport compared(StorageNodeId node, Map<DriftKind, Long> found) {
        return new NodeReport(
                node,
                Optional.empty(),
                "",
                "root of " + node,
                Optional.of(Instant.EPOCH),
                new Coverage(10, 10, Map.of(), List.of(), 0, List.of()),
                10,
                found,
                SkippedCounts.NONE,
                ContentCounts.NONE,
                100);
    }

    /** The run compares all of its storage nodes, and reports that it has ended. */
    void finish(UUID id, NodeReport... reports) {
        change(
                id.toString(),
                new RunCommand.ReportMetadata(List.of(new ShardCoverage(1, 10, 0, 10, true, Instant.EPOCH, ""))));
        for (NodeReport report : reports) {
            change(id.toString(), new RunCommand.ReportNode(report));
        }
        schedule.tell(new ScheduleMessage.RunEnded(id, Map.of()));
    }

    ScheduleMessage.ScheduleReported ask() {
        TestProbe<ScheduleMessage.ScheduleReported> reply = kit.createTestProbe();
        schedule.tell(new ScheduleMessage.AskSchedule(reply.getRef()));
        return reply.receiveMessage(TIMEOUT);
    }

    ScheduleStatus status() {
        return ask().status();
    }
}
