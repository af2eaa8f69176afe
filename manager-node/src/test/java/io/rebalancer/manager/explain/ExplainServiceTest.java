package io.rebalancer.manager.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.JobMessage.ProgressReported;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.explain.Attempt;
import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.explain.Bottleneck;
import io.rebalancer.core.explain.JobBlockers;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.explain.RecordStatus;
import io.rebalancer.core.explain.StageRates;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ExplainService.LookupRefused;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.TierUnavailable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The records of an object are found on every shard, within a deadline and a bound, and explained with what the job knows. */
class ExplainServiceTest {
    private static final UUID JOB = new UUID(1, 1);
    private static final UUID OBJECT = new UUID(2, 2);
    private static final CopyLocation LEAVING = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    private static final CopyLocation OTHER = new CopyLocation("dc2", new StorageNodeId("2.stor.d"));
    private static final String KEY = "/65e1/stor/a";
    private static final int LOOKUPS = 2;

    private final Shards shards = new Shards();
    private final Map<RecordRef, AttemptHistory> histories = new HashMap<>();
    private List<ObjectInFlight> inFlight = List.of();

    /** Three shards with records that a test adds. */
    private static final class Shards implements MetadataTier {
        private final List<MetadataRecord> records = new ArrayList<>();
        private final Map<Integer, CompletionStage<?>> broken = new HashMap<>();

        void add(int shard, String key, CopyLocation... copies) {
            records.add(new MetadataRecord(
                    new RecordRef(shard, key),
                    "e",
                    OBJECT,
                    new UUID(3, 3),
                    5,
                    new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                    List.of(copies),
                    "{}"));
        }

        @SuppressWarnings("unchecked")
        private <T> CompletionStage<T> reply(int shard, T value) {
            return (CompletionStage<T>) broken.getOrDefault(shard, CompletableFuture.completedFuture(value));
        }

        @Override
        public List<Integer> shards() {
            return List.of(1, 2, 3);
        }

        @Override
        public CompletionStage<Void> ping(int shard) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
            return reply(
                    ref.shard(),
                    records.stream().filter(each -> each.ref().equals(ref)).findFirst());
        }

        @Override
        public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
            return reply(
                    shard,
                    records.stream()
                            .filter(each -> each.ref().shard() == shard && objectIds.contains(each.objectId()))
                            .toList());
        }

        @Override
        public CompletionStage<Boolean> moveCopies(
                List<MetadataRecord> all, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Boolean> addCopy(
                List<MetadataRecord> all, CopyLocation destination, BooleanSupplier maySend) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> proveWritable(int shard) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
            throw new UnsupportedOperationException();
        }
    }

    private static JobService jobs() {
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(LEAVING, 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS));
        JobService.View view = new JobService.View(JOB, 2, state.outline(), List.of(), Optional.empty());
        return (JobService) Proxy.newProxyInstance(
                ExplainServiceTest.class.getClassLoader(),
                new Class<?>[] {JobService.class},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(
                        JOB.equals(arguments[0]) ? Optional.of(view) : Optional.empty()));
    }

    private final ManagerExplainService service = new ManagerExplainService(
            jobs(),
            (job, objects) -> CompletableFuture.completedFuture(new ProgressReported(
                    inFlight.stream()
                            .filter(each -> objects.contains(each.objectId()))
                            .toList(),
                    new StageRates(60, 0, 120, 60, 30),
                    24,
                    Optional.empty())),
            new RecordLookup(shards, Duration.ofMillis(300)),
            (job, records) -> CompletableFuture.completedFuture(histories),
            () -> EvacuateSettings.from(SettingsFile.over(ConfigFactory.empty())),
            new LookupAdmission(LOOKUPS));

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static AttemptHistory skipped(Reason reason) {
        return new AttemptHistory(
                true,
                List.of(new Attempt(
                        1,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        UnmovedRecord.Kind.SKIPPED,
                        reason,
                        "full")),
                1);
    }

    @Test
    void allRecordsOfAnObjectAreExplained() throws Exception {
        shards.add(1, KEY, LEAVING, OTHER);
        shards.add(3, "/65e1/stor/link", OTHER);
        histories.put(new RecordRef(1, KEY), skipped(Reason.NO_DESTINATION));
        ObjectExplanation why = get(service.whyObject(JOB, OBJECT));
        assertThat(why.records())
                .extracting(each -> each.found().ref().shard() + " " + each.status())
                .containsExactly("1 WAITS_FOR_PASS", "3 NOT_ON_NODE");
        assertThat(why.unknownShards()).isEmpty();
    }

    @Test
    void aKeyIsFoundOnItsShardAndItsObjectInFlight() throws Exception {
        shards.add(2, KEY, LEAVING);
        inFlight =
                List.of(new ObjectInFlight(OBJECT, new UUID(9, 9), OTHER, AssignmentState.ACCEPTED, Optional.empty()));
        assertThat(get(service.whyKey(JOB, KEY)).records())
                .singleElement()
                .satisfies(each -> assertThat(each.status()).isEqualTo(RecordStatus.IN_FLIGHT));
    }

    @Test
    void aDeletedRecordKeepsItsAttempts() throws Exception {
        histories.put(new RecordRef(2, KEY), skipped(Reason.MD5_MISMATCH));
        ObjectExplanation why = get(service.whyKey(JOB, KEY));
        assertThat(why.records()).isEmpty();
        assertThat(why.deleted()).containsOnlyKeys(2);
        assertThat(why.next()).contains("deleted since");
    }

    @Test
    void aShardThatFailsOrHangsIsNamedAndDoesNotHideTheOthers() throws Exception {
        shards.add(1, KEY, LEAVING);
        shards.broken.put(
                2,
                CompletableFuture.failedFuture(
                        TierUnavailable.notCarriedOut("shard 2 is away", new IllegalStateException())));
        shards.broken.put(3, new CompletableFuture<>());
        ObjectExplanation why = get(service.whyKey(JOB, KEY));
        assertThat(why.records()).hasSize(1);
        assertThat(why.unknownShards()).containsEntry(2, "shard 2 is away").containsKey(3);
        assertThat(why.unknownShards().get(3)).startsWith("no answer within");

        shards.broken.clear();
        assertThat(get(service.whyKey(JOB, KEY)).unknownShards()).isEmpty();
    }

    @Test
    void aRowThatCannotBeReadIsNoShardWithoutAnAnswer() throws Exception {
        shards.broken.put(1, CompletableFuture.failedFuture(new IllegalArgumentException("owner is missing")));
        ObjectExplanation why = get(service.whyKey(JOB, KEY));
        assertThat(why.unknownShards()).isEmpty();
        assertThat(why.records())
                .singleElement()
                .satisfies(each -> assertThat(each.status()).isEqualTo(RecordStatus.UNREADABLE));
    }

    @Test
    void theBlockersOfAJobRestOnItsMeasuredRates() throws Exception {
        JobBlockers blockers = get(service.blockers(JOB));
        assertThat(blockers.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(blockers.bottleneck()).isEqualTo(Bottleneck.SCAN);
        assertThat(blockers.figures()).contains("placed 2.0/s, copied 1.0/s, committed 0.5/s");
    }

    @Test
    void anUnknownJobIsRefused() {
        assertThatThrownBy(() -> get(service.blockers(new UUID(8, 8)))).hasCauseInstanceOf(JobRefused.class);
        assertThatThrownBy(() -> get(service.whyKey(new UUID(8, 8), KEY))).hasCauseInstanceOf(JobRefused.class);
    }

    @Test
    void furtherLookupsAreRefusedUntilOneHasEnded() throws Exception {
        CompletableFuture<Optional<MetadataRecord>> hanging = new CompletableFuture<>();
        LookupAdmission admission = new LookupAdmission(LOOKUPS);
        CompletionStage<?> first = admission.admit(() -> hanging);
        CompletionStage<?> second = admission.admit(() -> hanging);
        assertThatThrownBy(() -> get(admission.admit(() -> hanging))).hasCauseInstanceOf(LookupRefused.class);
        assertThat(admission.running()).isEqualTo(LOOKUPS);
        hanging.complete(Optional.empty());
        get(first);
        get(second);
        assertThat(admission.running()).isZero();
        assertThatThrownBy(() -> get(admission.<String>admit(() -> {
                    throw new IllegalStateException("broken");
                })))
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(admission.running()).isZero();
    }
}
