package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** D12: a manager ends in the middle of a listing. */
@Tag("slow")
class RunShutdownTest extends RunFixture {
    private static final String NAME = "ending-manager";

    /** The listing would never end, so a shutdown that waits for it would not end either. */
    @Test
    void aShutdownDoesNotWaitForAListingAndAnotherManagerContinues() throws Exception {
        store(1, ONE, TWO);
        store(2, ONE, TWO);
        files(ONE).remove(key(1));
        files(TWO).remove(key(2));
        files(TWO).answer(InventoryStatus.State.LISTING);
        ActorTestKit ending = ActorTestKit.create(
                NAME,
                PersistenceTestKitPlugin.config().withFallback(SettingsFile.over(ConfigFactory.parseString("""
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.coordinated-shutdown { run-by-jvm-shutdown-hook = off, exit-jvm = off }
                        """))));
        run = ending.spawn(ReconciliationRun.create(
                new EntityContext<>(
                        Entities.RECONCILIATION_RUN,
                        id.toString(),
                        ending.<ClusterSharding.ShardCommand>createTestProbe().getRef()),
                resources("")));
        ActorRef<ReconcileMessage> first = run;
        first.tell(new ReconcileMessage.CreateRun(
                order(RunMode.OBSERVE, Map.of(), ONE, TWO),
                kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        await().atMost(TIMEOUT).until(() -> state().reports().containsKey(ONE.storageNode()));
        String persistenceId = PersistentEntities.reconciliationRun(id).id();
        List<Object> stored = PersistenceTestKit.create(ending.system()).persistedInStorage(persistenceId);
        assertThat(reconcileThreads()).isNotEmpty();
        CoordinatedShutdown.get(ending.system())
                .runAll(CoordinatedShutdown.unknownReason())
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        await().atMost(TIMEOUT).until(() -> reconcileThreads().isEmpty());
        assertThat(files(TWO).dropped())
                .as("the listing is for the next manager")
                .isEmpty();

        PersistenceTestKit.create(kit.system()).persistForRecovery(persistenceId, stored);
        files(TWO).answer(InventoryStatus.State.READY);
        run = spawn("");
        RunState ended = awaitEnd();
        assertThat(ended.phase()).isEqualTo(RunPhase.FINISHED);
        assertThat(ended.epoch()).isEqualTo(2);
        assertThat(found())
                .containsExactlyInAnyOrder(
                        finding(ONE, DriftKind.MISSING_COPY, 1), finding(TWO, DriftKind.MISSING_COPY, 2));
    }

    /** Threads that do the blocking work of runs on the manager that ends. */
    private static List<String> reconcileThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(NAME) && name.contains("reconcile-dispatcher"))
                .toList();
    }
}
