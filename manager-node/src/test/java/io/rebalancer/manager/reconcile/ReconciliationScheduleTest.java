package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.ReconciliationRuns;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.RunCommand;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunRules;
import io.rebalancer.core.reconcile.RunState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The schedule over runs that only keep their state. */
@Tag("slow")
class ReconciliationScheduleTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final StorageNodeId ONE = new StorageNodeId("1.stor");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor");

    private final ActorTestKit kit = ActorTestKit.create(
            "schedule",
            PersistenceTestKitPlugin.config()
                    .withFallback(SettingsFile.over(ConfigFactory.parseString("""
                pekko.cluster.roles = [%s]
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(Roles.MANAGER)))));
    private final Map<String, RunState> runs = new ConcurrentHashMap<>();
    private final AtomicInteger created = new AtomicInteger();
    private ActorRef<ScheduleMessage> schedule =
            kit.<ScheduleMessage>createTestProbe().getRef();

    @BeforeEach
    void join() {
        Cluster cluster = Cluster.get(kit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        await().atMost(TIMEOUT).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
        ReconciliationRuns.host(kit.system(), entity -> run(entity.getEntityId()), ReconciliationRun.stopMessage());
        schedule = kit.spawn(ReconciliationSchedule.create(Clock.systemUTC(), Duration.ofMillis(200)));
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
                // Sharding asks it to stop when the member leaves.
                .onAnyMessage(stop -> Behaviors.stopped())
                .build();
    }

    private RunState change(String id, RunCommand command) {
        RunState state = runs.getOrDefault(id, RunState.EMPTY);
        for (var event : RunRules.decide(state, command, Instant.now())) {
            state = state.apply(event);
        }
        runs.put(id, state);
        return state;
    }

    private ScheduleMessage.ScheduleReply register(UUID id, boolean acceptRoots, StorageNodeId... nodes) {
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

    private RunOrder awaitOrder(UUID id) {
        await().atMost(TIMEOUT).until(() -> runs.containsKey(id.toString()));
        return Optional.ofNullable(runs.get(id.toString()))
                .flatMap(RunState::order)
                .orElseThrow();
    }

    @Test
    void oneRunAtATimeComparesANode() {
        UUID first = UUID.randomUUID();
        assertThat(register(first, false, ONE, TWO)).isEqualTo(new ScheduleMessage.RunRegistered(first));
        assertThat(register(first, false, ONE, TWO)).as("repeated").isEqualTo(new ScheduleMessage.RunRegistered(first));
        assertThat(register(UUID.randomUUID(), false, TWO)).isEqualTo(new ScheduleMessage.NodeBusy(first, TWO));
        UUID other = UUID.randomUUID();
        assertThat(register(other, false, new StorageNodeId("3.stor")))
                .isEqualTo(new ScheduleMessage.RunRegistered(other));
        assertThat(awaitOrder(first).number()).isEqualTo(1);
        assertThat(awaitOrder(other).number()).isEqualTo(2);
    }

    /** The report of the end is a single message, which may be lost. */
    @Test
    void theEndOfARunIsSeenWithoutItsReport() {
        UUID first = UUID.randomUUID();
        register(first, false, ONE);
        awaitOrder(first);
        change(first.toString(), new RunCommand.Abort(AbortReason.CANCELED, "ann"));
        UUID next = UUID.randomUUID();
        await().atMost(TIMEOUT).until(() -> register(next, false, ONE).equals(new ScheduleMessage.RunRegistered(next)));
        assertThat(register(first, false, ONE))
                .as("an ended run does not begin again")
                .isEqualTo(new ScheduleMessage.RunRegistered(first));
        assertThat(awaitOrder(next).number()).isEqualTo(2);
    }

    @Test
    void aRunKnowsTheRootsThatEarlierRunsSaw() {
        UUID first = UUID.randomUUID();
        register(first, false, ONE);
        assertThat(awaitOrder(first).roots()).isEmpty();
        change(first.toString(), new RunCommand.Abort(AbortReason.CANCELED, "ann"));
        schedule.tell(new ScheduleMessage.RunEnded(first, Map.of(ONE, "3f0c")));
        UUID second = UUID.randomUUID();
        register(second, false, ONE, TWO);
        assertThat(awaitOrder(second).roots()).isEqualTo(Map.of(ONE, "3f0c"));
        schedule.tell(new ScheduleMessage.RunEnded(second, Map.of()));
        UUID third = UUID.randomUUID();
        register(third, true, ONE);
        assertThat(awaitOrder(third).roots()).isEmpty();
    }

    /** The manager that registered a run may crash before it starts the run. */
    @Test
    void aRunIsCreatedAgainAndAgainUntilItEnds() {
        UUID first = UUID.randomUUID();
        register(first, false, ONE);
        await().atMost(TIMEOUT).until(() -> created.get() >= 3);
        assertThat(awaitOrder(first).number()).isEqualTo(1);
    }
}
