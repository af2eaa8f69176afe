package io.rebalancer.manager.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.core.certificate.Certificate;
import io.rebalancer.core.certificate.CertificateRefusal.Code;
import io.rebalancer.core.certificate.CertificateVerifier;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService.CertificateRefused;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.persistence.query.JournalReader;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates from a registry, a job and a journal in memory, with keys in files. */
class ManagerCertificateServiceTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "certificates",
            ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    private static final UUID JOB = new UUID(0, 7);
    private static final Instant NOW = Instant.parse("2026-11-27T03:00:00Z");
    private static final Instant VERIFIED = NOW.minusSeconds(60);

    @TempDir
    private Path directory;

    private final Events journal = new Events();
    private final RecordsInMemory records = new RecordsInMemory();
    private volatile List<NodeStatus> nodes = List.of(new NodeStatus(NODE, ServiceState.DRAINED, JOB, VERIFIED));
    private volatile boolean registryReplies = true;
    private CertificateKeys keys = CertificateKeys.in(Path.of(""));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void createKeys() throws IOException {
        keys = CertificateKeys.open(directory.resolve("keys"));
        journal.add(created());
        journal.add(new JobEvent.PassStarted(1, VERIFIED, PassScope.ALL_RECORDS));
        journal.add(new JobEvent.PassFinished(1, Optional.of(VERIFIED)));
        journal.add(new JobEvent.VerificationStarted(VERIFIED));
    }

    private static JobEvent created() {
        return new JobEvent.JobCreated(new CopyLocation("dc1", NODE), 0, VERIFIED);
    }

    private static ShardEvidence shard(int number, boolean complete) {
        return new ShardEvidence(
                number,
                "moray",
                RowWatermark.NONE,
                new RowWatermark(9, 0),
                complete,
                new VerifiedRows(9, 0, 0, 0, 0),
                List.of(),
                VERIFIED,
                VERIFIED);
    }

    private void end(ShardEvidence... shards) {
        journal.add(new VerificationFinished(List.of(shards), VERIFIED));
        journal.add(new JobEvent.JobEnded(JobPhase.DONE, "", VERIFIED));
    }

    /** The events of one job. As in a real journal, a read ends when it meets its last event. */
    private static final class Events implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
        private final List<JobEvent> events = new ArrayList<>();
        private final List<String> reads = new ArrayList<>();
        private long deletedTo;
        private int failures;

        void add(JobEvent event) {
            events.add(event);
        }

        @Override
        public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String persistenceId, long from, long to) {
            reads.add(from + "-" + to);
            if (failures-- > 0) {
                return Source.failed(new IllegalStateException("the journal is away"));
            }
            List<EventEnvelope> found = new ArrayList<>();
            for (long number = Math.max(from, deletedTo + 1); number <= Math.min(to, events.size()); number++) {
                found.add(new EventEnvelope(
                        Offset.sequence(number), persistenceId, number, events.get((int) number - 1), 0));
            }
            boolean ends = !found.isEmpty() && found.get(found.size() - 1).sequenceNr() == to;
            Source<EventEnvelope, NotUsed> source = Source.from(found);
            return ends ? source : source.concat(Source.maybe());
        }

        @Override
        public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String persistenceId, long from, long to) {
            throw new UnsupportedOperationException();
        }

        JobState state() {
            JobState state = JobState.EMPTY;
            for (JobEvent event : events) {
                state = state.apply(event);
            }
            return state;
        }
    }

    /** A service of which the test answers one method. */
    private static <T> T playing(Class<T> type, String method, Supplier<CompletionStage<?>> answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    assertThat(called.getName()).isEqualTo(method);
                    return answer.get();
                }));
    }

    private ManagerCertificateService service() {
        StorageNodeService registry = playing(
                StorageNodeService.class,
                "outOfService",
                () -> registryReplies
                        ? CompletableFuture.completedFuture(nodes)
                        : CompletableFuture.failedFuture(new IllegalStateException("no reply")));
        JobService jobs = playing(
                JobService.class,
                "get",
                () -> CompletableFuture.completedFuture(Optional.of(new JobService.View(
                        JOB, journal.events.size(), journal.state().outline(), List.of(), Optional.empty()))));
        return new ManagerCertificateService(
                KIT.system(),
                registry,
                jobs,
                JournalReader.of(journal),
                Set.of(1, 2),
                new VerificationResources(records, new ScanPermits(() -> 2), Clock.systemUTC()),
                keys,
                new BlockingExecutor(Runnable::run),
                "127.0.0.1:2551",
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private CompletableFuture<SignedCertificate> certify() {
        return service().certify(NODE).toCompletableFuture();
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private void assertRefused(Code code) {
        CompletableFuture<SignedCertificate> refused = certify().orTimeout(60, TimeUnit.SECONDS);
        assertThatThrownBy(refused::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        CertificateRefused.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @Test
    void theEvidenceOfTheJournalIsSigned() throws Exception {
        end(shard(1, true), shard(2, true));
        VerificationKey key = keys.current().verification();
        Certificate certificate = CertificateVerifier.verify(result(certify()).file(), List.of(key));
        assertThat(certificate.node()).isEqualTo(NODE);
        assertThat(certificate.datacenter()).isEqualTo("dc1");
        assertThat(certificate.jobId()).isEqualTo(JOB);
        assertThat(certificate.shards()).containsExactly(shard(1, true), shard(2, true));
        assertThat(certificate.issuedAt()).isEqualTo(NOW);
        assertThat(certificate.issuer()).isEqualTo("127.0.0.1:2551");
    }

    @Test
    void aRotatedKeySignsTheNextCertificate() throws Exception {
        end(shard(1, true), shard(2, true));
        String before = result(certify()).certificate().keyId();
        keys.rotate();
        Certificate after = result(certify()).certificate();
        assertThat(after.keyId())
                .isNotEqualTo(before)
                .isEqualTo(keys.current().verification().id());
    }

    @Test
    void theLastVerificationCountsNotAnEarlierOne() throws Exception {
        journal.add(new VerificationFinished(List.of(shard(1, false), shard(2, true)), VERIFIED.minusSeconds(9)));
        journal.add(new JobEvent.PassStarted(2, VERIFIED, PassScope.ALL_RECORDS));
        journal.add(new JobEvent.PassFinished(2, Optional.of(VERIFIED)));
        journal.add(new JobEvent.VerificationStarted(VERIFIED));
        end(shard(1, true), shard(2, true));
        assertThat(result(certify()).certificate().verifiedAt()).isEqualTo(VERIFIED);
    }

    @Test
    void anIncompleteShardAndAShardThatWasNotReadAreRefused() {
        end(shard(1, true), shard(2, false));
        assertRefused(Code.SHARD_INCOMPLETE);
        journal.events.subList(4, 6).clear();
        end(shard(1, true));
        assertRefused(Code.SHARD_NOT_VERIFIED);
    }

    /** The certificate of a node is not issued any more once the node may receive copies. */
    @Test
    void aNodeThatIsBackInServiceOrFencedAgainIsRefused() throws Exception {
        end(shard(1, true), shard(2, true));
        assertThat(result(certify())).isNotNull();
        nodes = List.of();
        assertRefused(Code.NODE_NOT_DRAINED);
        nodes = List.of(new NodeStatus(NODE, ServiceState.FENCED, JOB, VERIFIED));
        assertRefused(Code.NODE_NOT_DRAINED);
        nodes = List.of(new NodeStatus(new StorageNodeId("2.stor.d"), ServiceState.DRAINED, JOB, VERIFIED));
        assertRefused(Code.NODE_NOT_DRAINED);
    }

    @Test
    void aJobThatIsNotDoneIsRefusedWithoutAReadOfTheJournal() {
        assertRefused(Code.JOB_NOT_DONE);
        assertThat(journal.reads).isEmpty();
    }

    @Test
    void evidenceFarFromTheEndIsFound() throws Exception {
        end(shard(1, true), shard(2, true));
        for (int i = 0; i < 3 * StoredEvidence.EVENTS_AT_A_TIME; i++) {
            journal.add(new JobEvent.AssignmentsReleased(List.of()));
        }
        assertThat(result(certify()).certificate().verifiedAt()).isEqualTo(VERIFIED);
        assertThat(journal.reads).containsExactly("1007-1506", "508-1007", "9-508", "1-9");
    }

    @Test
    void deletedEvidenceIsRefused() {
        end(shard(1, true), shard(2, true));
        for (int i = 0; i < 3 * StoredEvidence.EVENTS_AT_A_TIME; i++) {
            journal.add(new JobEvent.AssignmentsReleased(List.of()));
        }
        for (long deleted : List.of(8L, 9L, 506L, 507L, 508L, 700L, 1006L, 1007L, 1505L)) {
            journal.deletedTo = deleted;
            assertRefused(Code.EVIDENCE_MISSING);
        }
    }

    @Test
    void theSearchForEvidenceIsBounded() {
        end(shard(1, true), shard(2, true));
        for (int i = 0; i < (StoredEvidence.MAX_READS + 1) * StoredEvidence.EVENTS_AT_A_TIME; i++) {
            journal.add(new JobEvent.AssignmentsReleased(List.of()));
        }
        assertRefused(Code.EVIDENCE_MISSING);
        assertThat(journal.reads).hasSize(StoredEvidence.MAX_READS);
    }

    /** A failure is not a refusal, so the client gets 503 and may repeat the request. */
    @Test
    void aJournalOrRegistryThatFailsOnceOrForEverIsAFailure() throws Exception {
        end(shard(1, true), shard(2, true));
        journal.failures = 1;
        assertThatThrownBy(() -> result(certify())).hasMessageContaining("the journal is away");
        assertThat(result(certify())).isNotNull();
        journal.failures = 2;
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> result(certify())).hasMessageContaining("the journal is away");
        }
        registryReplies = false;
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> result(certify())).hasMessageContaining("no reply");
        }
        registryReplies = true;
        assertThat(result(certify())).isNotNull();
    }

    @Test
    void aKeyThatCanNotBeReadIsNamedAndARotationRepairsIt() throws Exception {
        end(shard(1, true), shard(2, true));
        Path file = directory.resolve("keys/signing-key.pem");
        Files.writeString(file, "damaged");
        assertRefused(Code.SIGNING_KEY_UNUSABLE);
        Files.delete(file);
        assertRefused(Code.SIGNING_KEY_UNUSABLE);
        keys.rotate();
        assertThat(result(certify())).isNotNull();
    }
}
