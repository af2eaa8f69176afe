package io.rebalancer.manager.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.AuditMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditEvent;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.audit.AuditState;
import io.rebalancer.core.audit.AuditVerifier;
import io.rebalancer.core.port.AuditTrail.AuditUnavailable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingResult;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.testkit.javadsl.SnapshotTestKit;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each fact is stored once and in one chain, whatever the journal does. */
@Tag("slow")
class AuditLogTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final ActorTestKit kit = ActorTestKit.create("audit-log", config());
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    private final SnapshotTestKit snapshots = SnapshotTestKit.create(kit.system());
    private ActorRef<AuditMessage> log = kit.spawn(AuditLog.create(Clock.systemUTC()));
    private final ClusterAuditTrail trail = new ClusterAuditTrail(kit.system(), log);

    private static Config config() {
        return PersistenceTestKitPlugin.config()
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                .withFallback(SettingsFile.over(ConfigFactory.empty()));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** Fails the first writes. */
    private static final class FailingWrites implements ProcessingPolicy<JournalOperation> {
        private final AtomicInteger left;

        FailingWrites(int count) {
            this.left = new AtomicInteger(count);
        }

        @Override
        public ProcessingResult tryProcess(String id, JournalOperation operation) {
            return operation instanceof WriteEvents && left.getAndUpdate(count -> Math.max(0, count - 1)) > 0
                    ? StorageFailure.create()
                    : ProcessingSuccess.getInstance();
        }
    }

    private static AuditFact order(int number) {
        return AuditFact.requested(
                new UUID(0, number), AuditActor.http("127.0.0.1"), "job.cancel", "job " + number, Map.of());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private List<AuditEntry> stored() {
        return journal.persistedInStorage(Entities.AUDIT_LOG_ID).stream()
                .map(event -> ((AuditEvent.EntryAppended) event).entry())
                .toList();
    }

    private void assertStored(int count, AuditHead head) {
        List<AuditEntry> entries = stored();
        assertThat(entries).hasSize(count);
        assertThat(AuditVerifier.verify(entries.stream().map(AuditChain::line).iterator(), Optional.of(head)))
                .isEqualTo(new AuditVerifier.Verdict(head, Optional.empty()));
    }

    /** The log as it starts on another manager. */
    private void restart() {
        kit.stop(log);
        log = kit.spawn(AuditLog.create(Clock.systemUTC()));
    }

    @Test
    void entriesFormOneChainAlsoAfterARestart() throws Exception {
        assertThat(get(trail.last())).isEqualTo(AuditHead.START);
        assertThat(get(trail.append(order(1)))).isEqualTo(1);
        restart();
        ClusterAuditTrail restarted = new ClusterAuditTrail(kit.system(), log);
        assertThat(get(restarted.append(order(2)))).isEqualTo(2);
        assertStored(2, get(restarted.last()));
        assertThat(stored()).extracting(AuditEntry::fact).containsExactly(order(1), order(2));
    }

    @Test
    void aRepeatedAppendIsStoredOnceAlsoAfterARestart() throws Exception {
        assertThat(get(trail.append(order(1)))).isEqualTo(1);
        assertThat(get(trail.append(order(2)))).isEqualTo(2);
        assertThat(get(trail.append(order(1)))).isEqualTo(1);
        restart();
        ClusterAuditTrail restarted = new ClusterAuditTrail(kit.system(), log);
        assertThat(get(restarted.append(order(2)))).isEqualTo(2);
        assertStored(2, get(restarted.last()));
    }

    @Test
    void appendsAtTheSameTimeAreEachStoredOnce() throws Exception {
        List<CompletionStage<Long>> appends = new ArrayList<>();
        for (int number = 0; number < 40; number++) {
            appends.add(trail.append(order(number / 2)));
        }
        for (int number = 0; number < 40; number++) {
            assertThat(get(appends.get(number)))
                    .isEqualTo(get(appends.get(number ^ 1)))
                    .isBetween(1L, 20L);
        }
        assertStored(20, get(trail.last()));
    }

    @Test
    void anEntryIsStoredAfterAWriteThatFailsOnce() throws Exception {
        journal.withPolicy(new FailingWrites(1));
        assertThat(get(trail.append(order(1)))).isEqualTo(1);
        assertStored(1, get(trail.last()));
    }

    @Test
    void aJournalThatFailsForEverIsReportedAndTheLogContinuesWhenItIsBack() throws Exception {
        get(trail.append(order(1)));
        journal.withPolicy(new FailingWrites(Integer.MAX_VALUE));
        for (int number = 2; number <= 3; number++) {
            CompletionStage<Long> append = trail.append(order(number));
            assertThatThrownBy(() -> get(append))
                    .hasCauseInstanceOf(AuditUnavailable.class)
                    .hasMessageContaining("did not reply within 3 s")
                    .hasMessageContaining("GET /api/v1/cluster");
        }
        assertThat(stored()).hasSize(1);
        journal.resetPolicy();
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> get(trail.append(order(4))) > 1);
        // The messages of before may be stored late, but each once.
        int count = stored().size();
        assertStored(count, get(trail.last()));
        assertThat(stored())
                .extracting(entry -> entry.fact().id())
                .doesNotHaveDuplicates()
                .contains(order(1).id(), order(4).id());
    }

    @Test
    void theSnapshotStaysSmallHoweverLongTheLogIs() throws Exception {
        for (int number = 1; number <= 1200; number++) {
            get(trail.append(order(number)));
        }
        await().atMost(TIMEOUT)
                .until(() -> snapshots.persistedInStorage(Entities.AUDIT_LOG_ID).stream()
                        .anyMatch(each -> each.first().sequenceNr() == 1200));
        var serialization = SerializationExtension.get(kit.system());
        int[] sizes = snapshots.persistedInStorage(Entities.AUDIT_LOG_ID).stream()
                .mapToInt(each ->
                        serialization.serialize((AuditState) each.second()).get().length)
                .toArray();
        assertThat(IntStream.of(sizes).max().orElseThrow()).isLessThan(32 * 1024);
        restart();
        ClusterAuditTrail restarted = new ClusterAuditTrail(kit.system(), log);
        assertThat(get(restarted.append(order(1201)))).isEqualTo(1201);
        assertStored(1201, get(restarted.last()));
    }
}
