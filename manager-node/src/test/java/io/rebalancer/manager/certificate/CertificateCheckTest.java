package io.rebalancer.manager.certificate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.certificate.CertificateCheck.Scope;
import io.rebalancer.core.certificate.CertificateCheck.Verdict;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService.CertificateRefused;
import io.rebalancer.core.port.CertificateService.CheckRefused;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A certificate is checked against two shards of records in memory, which change after the verification. */
@Tag("slow")
class CertificateCheckTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "checks", ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private static final StorageNodeId NODE = location(1).storageNode();
    private static final UUID JOB = new UUID(0, 7);
    private static final Instant VERIFIED = Instant.parse("2026-11-27T03:00:00Z");
    private static final Duration LONG = Duration.ofMinutes(5);

    private final RecordsInMemory records = new RecordsInMemory();
    private final ServiceState[] state = {ServiceState.DRAINED};
    private RowWatermark watermark = new RowWatermark(10, 0);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void fillShards() {
        IntStream.range(0, 10).forEach(i -> records.put(i, i, 2, 3));
    }

    private VerificationFinished verification() {
        return new VerificationFinished(
                Stream.of(1, 2)
                        .map(shard -> new ShardEvidence(
                                shard,
                                "memory",
                                RowWatermark.NONE,
                                watermark,
                                true,
                                new VerifiedRows(5, 0, 0, 0, 0),
                                List.of(),
                                VERIFIED,
                                VERIFIED))
                        .toList(),
                VERIFIED);
    }

    private static <T> T playing(Class<T> type, Supplier<Object> answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(answer.get())));
    }

    private NodeFacts facts() {
        JobState job = JobState.EMPTY
                .apply(new JobEvent.JobCreated(location(1), 0, VERIFIED))
                .apply(new JobEvent.PassStarted(1, VERIFIED, PassScope.ALL_RECORDS))
                .apply(new JobEvent.PassFinished(1, Optional.of(VERIFIED)))
                .apply(new JobEvent.VerificationStarted(VERIFIED))
                .apply(verification())
                .apply(new JobEvent.JobEnded(JobPhase.DONE, "", VERIFIED));
        return new NodeFacts(
                playing(StorageNodeService.class, () -> List.of(new NodeStatus(NODE, state[0], JOB, VERIFIED))),
                playing(
                        JobService.class,
                        () -> Optional.of(new JobService.View(JOB, 6, job.outline(), List.of(), Optional.empty()))),
                (id, revision) -> CompletableFuture.completedFuture(Optional.of(verification())),
                Set.of(1, 2));
    }

    private CertificateChecks checks(RecordAudit audit, Duration answerTime, Duration readTime) {
        return new CertificateChecks(
                KIT.system(),
                facts(),
                new VerificationResources(audit, new ScanPermits(() -> 2), Clock.systemUTC()),
                Clock.systemUTC(),
                new CertificateChecks.Limits(2, answerTime, readTime));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private CertificateCheck check(Scope scope) throws Exception {
        return get(checks(records, LONG, LONG).check(NODE, scope));
    }

    /** Shards that never reply. */
    private final class Hanging implements RecordAudit {
        @Override
        public List<Integer> shards() {
            return records.shards();
        }

        @Override
        public String source() {
            return "hanging";
        }

        @Override
        public ShardReader open(int shard, StorageNodeId node) {
            return new ShardReader() {
                @Override
                public CompletionStage<RowWatermark> watermark() {
                    return new CompletableFuture<>();
                }

                @Override
                public CompletionStage<Range> read(ScanColumn column, long first, long last) {
                    return new CompletableFuture<>();
                }
            };
        }
    }

    @Test
    void aRecordAddedAfterTheVerificationRefuses() throws Exception {
        CertificateCheck before = check(Scope.NEW_ROWS);
        assertThat(before.verdict()).isEqualTo(Verdict.PASS);
        assertThat(before.detail()).contains("overwrote since are not covered");
        assertThat(before.jobId()).isEqualTo(JOB);

        records.put(20, 20, 1, 2);
        for (Scope scope : Scope.values()) {
            CertificateCheck after = check(scope);
            assertThat(after.verdict()).isEqualTo(Verdict.REFUSED);
            assertThat(after.detail()).contains("1 in shard 1, such as " + ref(20).key(), "Do not wipe");
            assertThat(after.shards().get(0).sample()).containsExactly(ref(20));
            assertThat(after.shards().get(1).rowsOfNode()).isZero();
        }
    }

    @Test
    void aRecordThatWasOverwrittenIsFoundAmongAllRows() throws Exception {
        watermark = new RowWatermark(20_000, 0);
        records.put(0, 0, 1, 2);
        assertThat(check(Scope.NEW_ROWS).verdict()).isEqualTo(Verdict.PASS);
        assertThat(check(Scope.ALL_ROWS).verdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void aShardThatIsDownForAWhileIsReadLater() throws Exception {
        records.outage(2);
        assertThat(check(Scope.ALL_ROWS).verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void aShardThatIsDownForEverLeavesTheResultUnknown() throws Exception {
        records.outage(Integer.MAX_VALUE);
        CertificateCheck unknown =
                get(checks(records, LONG, Duration.ofMillis(500)).check(NODE, Scope.NEW_ROWS));
        assertThat(unknown.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(unknown.detail()).contains("shard 1", "shard 2", "shard down", "Repeat the check");
    }

    @Test
    void aNodeThatIsNotDrainedIsRefused() {
        state[0] = ServiceState.FENCED;
        assertThatThrownBy(() -> check(Scope.NEW_ROWS)).hasCauseInstanceOf(CertificateRefused.class);
    }

    @Test
    void aNodeThatIsRecommissionedMeanwhileDoesNotPass() throws Exception {
        CertificateChecks checks = checks(new Hanging(), Duration.ofMillis(50), Duration.ofSeconds(1));
        assertThat(get(checks.check(NODE, Scope.NEW_ROWS)).verdict()).isEqualTo(Verdict.RUNNING);
        state[0] = ServiceState.FENCED;
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            CertificateCheck ended = get(checks.check(NODE, Scope.NEW_ROWS));
            assertThat(ended.verdict()).isEqualTo(Verdict.REFUSED);
            assertThat(ended.detail()).contains("is not DRAINED any more");
        });
    }

    /** A check of all rows may take longer than its result is kept. */
    @Test
    void theResultOfALongCheckIsKeptFromItsEnd() {
        RunningCheck check = new RunningCheck(NODE, Scope.ALL_ROWS, VERIFIED);
        assertThat(check.endedBefore(VERIFIED.plusSeconds(1))).isFalse();
        Instant end = VERIFIED.plusSeconds(36_000);
        check.end(end, Optional.empty());
        assertThat(check.endedBefore(end.minusSeconds(600))).isFalse();
        assertThat(check.endedBefore(end.plusSeconds(1))).isTrue();
        assertThat(check.result()).isCompleted();
    }

    @Test
    void aCallerJoinsTheCheckThatRunsAndFurtherChecksAreRefused() throws Exception {
        CertificateChecks checks = checks(new Hanging(), Duration.ofMillis(50), LONG);
        CertificateCheck first = get(checks.check(NODE, Scope.NEW_ROWS));
        assertThat(first.verdict()).isEqualTo(Verdict.RUNNING);
        assertThat(get(checks.check(NODE, Scope.NEW_ROWS)).startedAt()).isEqualTo(first.startedAt());
        assertThat(get(checks.check(NODE, Scope.ALL_ROWS)).verdict()).isEqualTo(Verdict.RUNNING);
        assertThatThrownBy(() -> get(checks.check(location(2).storageNode(), Scope.ALL_ROWS)))
                .hasCauseInstanceOf(CheckRefused.class);
    }
}
