package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.SkippedCounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs over records and files in memory: what is found, what is not taken for drift, and what a second manager does again. */
@Tag("slow")
class ReconciliationRunTest extends RunFixture {
    @Test
    void eachKindOfDriftIsFoundOnceAndNothingElse() throws Exception {
        for (int i = 0; i < 50; i++) {
            store(i, ONE, TWO);
        }
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        store(101, ONE, TWO);
        files(ONE).remove(key(101));
        files(TWO).remove(key(101));
        files(ONE).put(key(102), 5, OLD);
        store(103, ONE, TWO);
        files(ONE).put(key(103), 4, OLD);
        store(104, ONE);
        store(105, TWO, THREE);
        shards.put(2, key(106), 0, OLD, ONE, TWO);
        RunState ended = observe(ONE, TWO);
        assertThat(ended.phase()).isEqualTo(RunPhase.FINISHED);
        assertThat(found())
                .containsExactlyInAnyOrder(
                        finding(ONE, DriftKind.MISSING_COPY, 100),
                        finding(ONE, DriftKind.MISSING_ALL, 101),
                        finding(TWO, DriftKind.MISSING_ALL, 101),
                        finding(ONE, DriftKind.ORPHAN_FILE, 102),
                        finding(ONE, DriftKind.SIZE_MISMATCH, 103),
                        finding(ONE, DriftKind.UNDER_REPLICATED, 104));
        NodeReport one = report(ended, ONE);
        assertThat(one.fault()).isEmpty();
        assertThat(one.claims()).isEqualTo(55);
        assertThat(one.coverage().files()).isEqualTo(53);
        assertThat(one.found())
                .isEqualTo(Map.of(
                        DriftKind.MISSING_COPY, 1L,
                        DriftKind.MISSING_ALL, 1L,
                        DriftKind.ORPHAN_FILE, 1L,
                        DriftKind.SIZE_MISMATCH, 1L,
                        DriftKind.UNDER_REPLICATED, 1L));
        Finding missing = findings.of(id).stream()
                .filter(each -> each.kind() == DriftKind.MISSING_COPY)
                .findFirst()
                .orElseThrow();
        assertThat(missing.otherCopies()).isEqualTo(1);
        assertThat(missing.state()).isEqualTo(Finding.State.FOUND);
        assertThat(findings.run(id).orElseThrow().comparisons().found()).isEqualTo(6);
        ScheduleMessage.RunEnded reported = schedule.expectMessageClass(ScheduleMessage.RunEnded.class, TIMEOUT);
        assertThat(reported.roots()).containsOnlyKeys(ONE.storageNode(), TWO.storageNode());
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(claimFiles()).isEmpty());
    }

    private List<Path> claimFiles() throws Exception {
        try (Stream<Path> left = Files.list(directory.resolve("claims"))) {
            return left.toList();
        }
    }

    @Test
    void aPlanStatesWhatMayBeRepaired() {
        store(1, ONE, TWO);
        files(ONE).remove(key(1));
        shards.put(1, key(2), 5, OLD, ONE, TWO);
        begin(order(RunMode.PLAN, Map.of(), ONE));
        awaitEnd();
        assertThat(findings.of(id))
                .extracting(each -> each.kind() + " " + each.state())
                .containsExactlyInAnyOrder("MISSING_COPY PLANNED", "MISSING_ALL FOUND");
    }

    /** Only ranges that differ travel. */
    @Test
    void equalRangesDoNotTravel() {
        for (int i = 0; i < 5000; i++) {
            store(i, ONE, TWO);
        }
        RunState same = observe(ONE);
        assertThat(report(same, ONE).claims()).isEqualTo(5000);
        assertThat(files(ONE).entriesSent()).isZero();
        assertThat(report(same, ONE).receivedBytes()).isPositive().isLessThan(5000 * 45 / 100);
        assertThat(found()).isEmpty();
    }

    @Test
    void oneDifferenceLetsOneRangeTravel() {
        for (int i = 0; i < 5000; i++) {
            store(i, ONE, TWO);
        }
        files(ONE).remove(key(77));
        observe(ONE);
        assertThat(found()).containsExactly(finding(ONE, DriftKind.MISSING_COPY, 77));
        assertThat(files(ONE).entriesSent()).isBetween(1L, 1024L);
    }

    @Test
    void withoutOneShardNoFileIsAnOrphan() {
        store(1, ONE, TWO);
        files(ONE).put(key(50), 5, OLD);
        store(4, ONE, TWO);
        files(ONE).remove(key(4));
        shards.stop(3);
        RunState ended = observe(ONE);
        assertThat(found()).containsExactly(finding(ONE, DriftKind.MISSING_COPY, 4));
        assertThat(ended.metadataComplete()).isFalse();
        assertThat(report(ended, ONE).fault()).contains(AbortReason.COVERAGE_INCOMPLETE);
        assertThat(report(ended, ONE).skipped()).isEqualTo(new SkippedCounts(0, 0, 0, 1));
        assertThat(report(ended, ONE).isClean()).isFalse();
    }

    @Test
    void aShardThatFailsForAWhileIsReadToTheEnd() {
        for (int i = 0; i < 20; i++) {
            store(i, ONE, TWO);
        }
        files(ONE).put(key(50), 5, OLD);
        shards.failNext(4);
        RunState ended = observe(ONE);
        assertThat(ended.metadataComplete()).isTrue();
        assertThat(found()).containsExactly(finding(ONE, DriftKind.ORPHAN_FILE, 50));
    }

    @ParameterizedTest
    @EnumSource(names = {"WRONG_ROOT", "FAILED", "NONE"})
    void aNodeWithoutAListingIsUnknown(InventoryStatus.State listing) {
        store(1, ONE, TWO);
        files(ONE).remove(key(1));
        store(2, ONE, TWO);
        files(ONE).answer(listing);
        RunState ended = observe(ONE, TWO);
        assertThat(found()).isEmpty();
        assertThat(report(ended, ONE).fault())
                .contains(
                        listing == InventoryStatus.State.WRONG_ROOT
                                ? AbortReason.NODE_IDENTITY_MISMATCH
                                : AbortReason.NODE_UNAVAILABLE);
        assertThat(report(ended, TWO).fault()).isEmpty();
    }

    @Test
    void anotherRootThanBeforeIsRefused() {
        store(1, ONE, TWO);
        files(ONE).remove(key(1));
        files(ONE).setRootId("new disk");
        begin(order(RunMode.OBSERVE, Map.of(ONE.storageNode(), "old disk"), ONE));
        RunState ended = awaitEnd();
        assertThat(report(ended, ONE).fault()).contains(AbortReason.NODE_IDENTITY_MISMATCH);
        assertThat(report(ended, ONE).detail()).contains("new disk").contains("old disk");
        assertThat(found()).isEmpty();
    }

    @Test
    void aNodeWithAnotherClockIsNotCompared() {
        store(1, ONE, TWO);
        files(ONE).put(key(9), 5, OLD);
        files(ONE).setSkew(Duration.ofHours(1));
        assertThat(report(observe(ONE), ONE).fault()).contains(AbortReason.CLOCK_SKEW);
        assertThat(found()).isEmpty();
    }

    @Test
    void anEmptyDiskTripsTheBreaker() {
        for (int i = 0; i < 150; i++) {
            store(i, ONE, TWO);
        }
        files(ONE).removeAll();
        RunState ended = observe(ONE, TWO);
        assertThat(report(ended, ONE).fault()).contains(AbortReason.BREAKER);
        assertThat(report(ended, ONE).isClean()).isFalse();
        assertThat(report(ended, TWO).fault()).isEmpty();
    }

    @Test
    void aStoppedAgentMakesItsNodeUnknown() {
        store(1, ONE, TWO);
        files(ONE).stop();
        RunState ended = observe(ONE, TWO);
        assertThat(report(ended, ONE).fault()).contains(AbortReason.NODE_UNAVAILABLE);
        assertThat(report(ended, ONE).detail()).contains("is down");
    }

    @Test
    void whatCouldNotBeListedIsUnknown() {
        store(1, ONE, TWO);
        store(2, ONE, TWO);
        files(ONE).lock(List.of(KeyRange.ofOwner(key(1).owner())));
        files(ONE).remove(key(2));
        RunState ended = observe(ONE);
        assertThat(found()).containsExactly(finding(ONE, DriftKind.MISSING_COPY, 2));
        assertThat(report(ended, ONE).skipped().unknown()).isEqualTo(1);
        assertThat(report(ended, ONE).fault()).contains(AbortReason.COVERAGE_INCOMPLETE);
    }

    @Test
    void filesAndRecordsThatAreYoungAreLeftAlone() {
        files(ONE).put(key(1), 5, Instant.now());
        files(ONE).putOfUnknownAge(key(2), 5);
        shards.put(1, key(3), 5, Instant.now(), ONE, TWO);
        RunState ended = observe(ONE);
        assertThat(found()).isEmpty();
        assertThat(report(ended, ONE).skipped().young()).isEqualTo(3);
    }

    /** Users upload, delete and overwrite between the two looks. */
    @Test
    void whatUsersDoDuringTheRunIsNoDrift() {
        RecordRef deleted = store(1, ONE, TWO);
        store(2, ONE, TWO);
        files(ONE).put(key(3), 5, OLD);
        files(ONE).afterListing(() -> {
            shards.delete(deleted);
            files(ONE).remove(key(1));
            shards.put(2, key(3), 5, OLD, ONE, TWO);
        });
        files(ONE).remove(key(1));
        RunState ended = observe(ONE);
        assertThat(found()).isEmpty();
        assertThat(report(ended, ONE).skipped().changed()).isEqualTo(2);
    }

    /** Two records of one object in two shards: one is deleted, the other still claims the file. */
    @Test
    void aSnaplinkKeepsTheFile() {
        RecordRef original = store(1, ONE, TWO);
        shards.put(3, key(1), 5, OLD, ONE, TWO);
        shards.delete(original);
        observe(ONE, TWO);
        assertThat(found()).isEmpty();
    }

    @Test
    void aCancelledRunEndsAtOnce() {
        store(1, ONE, TWO);
        files(ONE).answer(InventoryStatus.State.LISTING);
        begin(order(RunMode.OBSERVE, Map.of(), ONE));
        await().atMost(TIMEOUT).until(() -> state().phase() == RunPhase.COMPARING);
        run.tell(new ReconcileMessage.CancelRun(
                "cancelled by ann",
                kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        RunState ended = awaitEnd();
        assertThat(ended.phase()).isEqualTo(RunPhase.ABORTED);
        assertThat(ended.abort()).contains(AbortReason.CANCELED);
        assertThat(ended.detail()).isEqualTo("cancelled by ann");
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(files(ONE).dropped())
                        .as("the agent lists no further")
                        .containsExactly(id));
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(claimFiles()).isEmpty());
    }

    @Test
    void anotherManagerContinuesWithTheNodesThatAreLeft() {
        for (int i = 0; i < 20; i++) {
            store(i, ONE, TWO);
        }
        files(ONE).remove(key(3));
        files(TWO).remove(key(4));
        files(TWO).answer(InventoryStatus.State.LISTING);
        begin(order(RunMode.OBSERVE, Map.of(), ONE, TWO));
        await().atMost(TIMEOUT).until(() -> state().reports().containsKey(ONE.storageNode()));
        kit.stop(run);
        assertThat(files(TWO).dropped())
                .as("the listing is for the next manager")
                .isEmpty();
        long sentByOne = files(ONE).entriesSent();
        files(TWO).answer(InventoryStatus.State.READY);
        run = spawn("");
        RunState ended = awaitEnd();
        assertThat(ended.epoch()).isEqualTo(2);
        assertThat(ended.phase()).isEqualTo(RunPhase.FINISHED);
        assertThat(files(ONE).entriesSent()).isEqualTo(sentByOne);
        assertThat(files(ONE).fence().epoch()).isEqualTo(1);
        assertThat(files(TWO).fence().epoch()).isEqualTo(2);
        assertThat(found())
                .containsExactlyInAnyOrder(
                        finding(ONE, DriftKind.MISSING_COPY, 3), finding(TWO, DriftKind.MISSING_COPY, 4));
    }

    /** The report of a node is a single message of the work, so a write that fails must not lose it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aWriteToTheJournalThatFailsIsNotTheEndOfTheRun(int failures) {
        store(1, ONE, TWO);
        files(ONE).remove(key(1));
        String persistenceId = PersistentEntities.reconciliationRun(id).id();
        files(ONE).afterListing(() -> {
            for (int i = 0; i < failures; i++) {
                PersistenceTestKit.create(kit.system()).failNextPersisted(persistenceId);
            }
        });
        RunState ended = observe(ONE);
        assertThat(ended.phase()).isEqualTo(RunPhase.FINISHED);
        assertThat(ended.epoch()).isGreaterThan(1);
        assertThat(found()).containsExactly(finding(ONE, DriftKind.MISSING_COPY, 1));
    }

    /** Without a database, a node is not reported as compared: its findings would be missing. */
    @Test
    void aNodeWhoseFindingsCannotBeStoredIsUnknown() {
        store(1, ONE, TWO);
        files(ONE).remove(key(1));
        files(ONE).afterListing(() -> findings.failNext(1));
        RunState ended = observe(ONE);
        assertThat(report(ended, ONE).fault()).contains(AbortReason.UNKNOWN);
        assertThat(report(ended, ONE).detail()).contains("the database is down");
        assertThat(found()).isEmpty();
    }

    /** #12: one request to the agent at a time, and one to each shard at the same time. */
    @Test
    void aNodeHasOneRequestToItsAgentAndOneToEachShardInFlight() {
        for (int i = 0; i < 600; i++) {
            store(i, ONE, TWO);
            files(ONE).remove(key(i));
        }
        shards.answerTogether();
        run = spawn("rebalancer.reconcile.nodes-at-a-time = 1, rebalancer.reconcile.shard-timeout = 10s");
        run.tell(new ReconcileMessage.CreateRun(
                order(RunMode.OBSERVE, Map.of(), ONE, TWO),
                kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        RunState ended = awaitEnd();
        assertThat(report(ended, ONE).found()).isEqualTo(Map.of(DriftKind.MISSING_COPY, 600L));
        assertThat(files(ONE).mostLooks()).isEqualTo(1);
        assertThat(files(TWO).mostLooks()).isEqualTo(1);
    }

    /** The model is two maps: what records claim, and what nodes have. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void findsWhatTwoMapsShow(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            CopyLocation other = random.nextBoolean() ? TWO : THREE;
            store(i, ONE, other);
            int fate = random.nextInt(60);
            if (fate == 0) {
                files(ONE).remove(key(i));
            } else if (fate == 1) {
                shards.deleteObject(key(i));
            } else if (fate == 2) {
                files(other).put(key(i), 6, OLD);
            } else if (fate == 3) {
                files(ONE).remove(key(i));
                shards.deleteObject(key(i));
            }
        }
        Set<String> expected = new TreeSet<>();
        Map<CopyKey, MetadataRecord> records = shards.rows().stream()
                .collect(Collectors.toMap(row -> new CopyKey(row.owner(), row.objectId()), row -> row));
        for (CopyLocation node : List.of(ONE, TWO, THREE)) {
            for (int i = 0; i < 3000; i++) {
                Optional<MetadataRecord> record =
                        Optional.ofNullable(records.get(key(i))).filter(row -> row.names(node.storageNode()));
                long length = files(node).length(key(i));
                if (record.isPresent() && length < 0) {
                    expected.add(finding(node, DriftKind.MISSING_COPY, i));
                } else if (record.isEmpty() && length >= 0) {
                    expected.add(finding(node, DriftKind.ORPHAN_FILE, i));
                } else if (record.isPresent() && length != 5) {
                    expected.add(finding(node, DriftKind.SIZE_MISMATCH, i));
                }
            }
        }
        RunState ended = observe(ONE, TWO, THREE);
        assertThat(expected).isNotEmpty();
        assertThat(found()).isEqualTo(expected);
        assertThat(ended.reports().values().stream()
                        .flatMap(each -> each.found().values().stream())
                        .mapToLong(each -> each)
                        .sum())
                .isEqualTo(expected.size());
    }

    /** Its line in the list of runs is deleted then, and must not come back. */
    @Test
    void aForgottenRunDoesNotExistAndWritesNoLine() {
        store(1, ONE, TWO);
        observe(ONE);
        ReconcileMessage.RunFound kept = forget(OLD);
        assertThat(kept.state().phase()).as("it ended later").isEqualTo(RunPhase.FINISHED);
        ReconcileMessage.RunFound forgotten = forget(Instant.now().plusSeconds(60));
        assertThat(forgotten.state()).isEqualTo(RunState.EMPTY);
        assertThat(forgotten.revision()).isEqualTo(kept.revision() + 1);
        assertThat(forget(Instant.now().plusSeconds(60)).revision())
                .as("repeated")
                .isEqualTo(forgotten.revision());
        long written = findings.run(id).orElseThrow().revision();
        kit.stop(run);
        run = spawn("");
        assertThat(state()).isEqualTo(RunState.EMPTY);
        assertThat(findings.run(id).orElseThrow().revision()).isEqualTo(written).isLessThan(forgotten.revision());
    }

    private ReconcileMessage.RunFound forget(Instant endedBefore) {
        TestProbe<ReconcileMessage.RunReply> reply = kit.createTestProbe();
        run.tell(new ReconcileMessage.ForgetRun(endedBefore, reply.getRef()));
        return reply.expectMessageClass(ReconcileMessage.RunFound.class, TIMEOUT);
    }
}
