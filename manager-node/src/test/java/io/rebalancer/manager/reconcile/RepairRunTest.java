package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.PlanUsability;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs that carry out a plan: what they repair, what they leave alone, and what a second manager does again. */
@Tag("slow")
class RepairRunTest extends RepairFixture {
    /** A user may have read a record before the plan, and write the link to its object only now. */
    @Test
    void noFileIsMovedSoonAfterThePlan() {
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        run = spawn("rebalancer.reconcile.limits.quarantine-after = 5h");
        run.tell(new ReconcileMessage.CreateRun(
                order, kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        await().atMost(TIMEOUT).until(() -> activity().contains("before files of 1.stor are moved"));
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
        kit.stop(run, TIMEOUT);
    }

    /** Section 33 test 1: the records stay as they are, and the copy comes back from its other storage node. */
    @Test
    void eachRepairIsDoneOnceAndASecondRunFindsNothing() {
        for (int i = 0; i < 20; i++) {
            store(i, ONE, TWO);
        }
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        store(101, ONE, TWO);
        files(ONE).put(key(101), 4, OLD);
        files(ONE).put(key(102), 5, OLD);
        RecordRef lonely = store(103, ONE);
        RunState ended = act(plan(ALL, ONE, TWO), "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN)).isEqualTo(new RepairCounts(2, 0, 0, 0, 0));
        assertThat(counts(ended, ONE, Repair.ADD_COPY)).isEqualTo(new RepairCounts(1, 0, 0, 0, 0));
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(1, 0, 0, 0, 0));
        assertThat(repairs(ended, TWO).repairs()).isEmpty();
        assertThat(files(ONE).length(key(100))).isEqualTo(5);
        assertThat(files(ONE).length(key(101))).isEqualTo(5);
        assertThat(files(ONE).replaced()).containsExactly(key(101));
        assertThat(files(ONE).quarantinedKeys()).containsExactly(key(102));
        assertThat(shards.rows().stream()
                        .filter(row -> row.ref().equals(lonely))
                        .flatMap(row -> row.copies().stream())
                        .map(CopyLocation::datacenter))
                .containsExactly("dc1", "dc2");
        assertThat(results().values()).containsOnly(Finding.State.REPAIRED).hasSize(4);
        assertThat(audit.entries())
                .hasSize(8)
                .anyMatch(entry -> entry.startsWith("reconciliation.begin-repairs 1.stor")
                        && entry.contains("repair=quarantine")
                        && entry.contains("objects=1"))
                .anyMatch(entry -> entry.startsWith("reconciliation.end-repairs 1.stor")
                        && entry.contains("repaired=1")
                        && entry.contains("sample=" + key(102).objectId()));
        assertThat(findings.run(id).orElseThrow().comparisons().repaired()).isEqualTo(4);
        assertNothingLeft(ONE, TWO);
    }

    /** Section 33 test 15: one wrong read proves nothing, and a right one clears the suspicion. */
    @Test
    void aWrongContentIsRepairedAfterASecondRunHasReadIt() {
        store(1, ONE, TWO);
        store(2, ONE, TWO);
        store(3, ONE, TWO);
        readsContents = true;
        files(ONE).setCorrupt(key(1), true);
        files(ONE).setCorrupt(key(2), true);
        plan(ALL, ONE, TWO);
        id = planId;
        assertThat(found()).isEmpty();
        assertThat(report(state(), ONE).contents()).isEqualTo(new ContentCounts(3, 15, 2, 0));
        files(ONE).setCorrupt(key(2), false);
        RunOrder order = plan(ALL, ONE, TWO);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN)).isEqualTo(new RepairCounts(1, 0, 0, 0, 0));
        assertThat(results()).containsOnlyKeys(key(1));
        assertThat(files(ONE).replaced()).containsExactly(key(1));
        assertNothingLeft(ONE, TWO);
    }

    @Test
    void contentsOfLargeObjectsAreReadInSeveralRequests() {
        long size = 5L << 30;
        List.of(ONE, TWO).forEach(each -> files(each).put(key(1), size, OLD));
        shards.put(1, key(1), size, OLD, ONE, TWO);
        readsContents = true;
        files(ONE).setCorrupt(key(1), true);
        files(ONE).endReadsEarly(3);
        plan(ALL, ONE);
        id = planId;
        assertThat(report(state(), ONE).contents()).isEqualTo(new ContentCounts(1, size, 1, 0));
        assertThat(files(ONE).unfinishedReads()).isZero();
        RunOrder order = plan(ALL, ONE);
        files(ONE).endReadsEarly(3);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN)).isEqualTo(new RepairCounts(1, 0, 0, 0, 0));
        assertThat(files(ONE).unfinishedReads()).isZero();
    }

    @Test
    void aContentThatIsRightWhenReadBeforeTheRepairIsLeftAlone() {
        store(1, ONE, TWO);
        readsContents = true;
        files(ONE).setCorrupt(key(1), true);
        plan(ALL, ONE);
        RunOrder order = plan(ALL, ONE);
        files(ONE).setCorrupt(key(1), false);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN)).isEqualTo(new RepairCounts(0, 1, 0, 0, 0));
        assertThat(files(ONE).replaced()).isEmpty();
    }

    /** An agent works on one order, so a second one would end the copies of the first. */
    @Test
    void repairsOfTwoNodesThatCopyToTheSameOneTakeTurns() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        store(103, TWO);
        RunOrder order = plan(ALL, ONE, TWO);
        files(ONE).delayRepairs(4);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN).repaired()).isEqualTo(1);
        assertThat(counts(ended, TWO, Repair.ADD_COPY).repaired()).isEqualTo(1);
        assertThat(files(ONE).replacedOrders()).isZero();
    }

    @Test
    void whatIsNoLongerTrueIsNotRepaired() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        files(ONE).put(key(102), 5, OLD);
        files(ONE).put(key(105), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        files(ONE).put(key(100), 5, OLD);
        shards.put(2, key(102), 5, OLD, ONE, TWO);
        files(ONE).put(key(105), 5, OLD.plusSeconds(1));
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN)).isEqualTo(new RepairCounts(0, 1, 0, 0, 0));
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(0, 2, 0, 0, 0));
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
        assertThat(audit.entries()).isEmpty();
    }

    /**
     * The claims come from a copy of the shards as they were long ago; what users and jobs did since is on the primaries only. Second
     * looks ask the primaries.
     */
    @Test
    void frozenCloneAsTheSourceOfClaims() {
        for (int i = 0; i < 20; i++) {
            store(i, ONE, TWO);
        }
        RecordRef moved = store(101, ONE, TWO);
        store(100, ONE, TWO);
        store(102, ONE, TWO);
        store(200, ONE, TWO);
        store(201, ONE, TWO);
        files(ONE).put(key(202), 5, OLD);
        shards.freezeClaims();
        // Deleted, moved, and overwritten by another object.
        forget(100);
        shards.delete(moved);
        shards.put(3, key(101), 5, OLD, TWO, THREE);
        files(ONE).remove(key(101));
        files(THREE).put(key(101), 5, OLD);
        forget(102);
        store(103, ONE, TWO);
        store(104, ONE, TWO);
        // Two copies that are missing, and one file without a record, on the primaries too.
        files(ONE).remove(key(200));
        files(ONE).remove(key(201));
        RunOrder order = plan(ALL, ONE, TWO, THREE);
        UUID acting = id;
        id = planId;
        assertThat(found())
                .containsExactlyInAnyOrder(
                        finding(ONE, DriftKind.MISSING_COPY, 200),
                        finding(ONE, DriftKind.MISSING_COPY, 201),
                        finding(ONE, DriftKind.ORPHAN_FILE, 202));
        assertThat(report(state(), ONE).skipped().changed()).isEqualTo(5);
        assertThat(report(state(), TWO).skipped().changed()).isEqualTo(4);
        assertThat(report(state(), THREE).skipped().changed()).isEqualTo(1);
        id = acting;
        // The primaries are ahead of the plan too.
        forget(200);
        shards.deleteObject(key(201));
        shards.put(2, key(201), 5, OLD, TWO, THREE);
        shards.put(2, key(202), 5, OLD, ONE, TWO);
        List<MetadataRecord> before = shards.rows();
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN)).isEqualTo(new RepairCounts(0, 2, 0, 0, 0));
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(0, 1, 0, 0, 0));
        assertThat(results().values()).containsOnly(Finding.State.NO_LONGER_TRUE);
        assertThat(shards.rows()).isEqualTo(before);
        assertThat(audit.entries()).isEmpty();
        for (CopyLocation each : List.of(ONE, TWO, THREE)) {
            assertThat(files(each).quarantinedKeys()).isEmpty();
            assertThat(files(each).replaced()).isEmpty();
        }
        assertThat(files(ONE).length(key(202))).isEqualTo(5);
    }

    private void forget(int number) {
        shards.deleteObject(key(number));
        List.of(ONE, TWO).forEach(each -> files(each).remove(key(number)));
    }

    /** What looks like the primary takes writes and loses them, so its records may be old ones. */
    @Test
    void aPrimaryThatIsFrozenEndsTheRunBeforeAnything() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        files(ONE).put(key(102), 5, OLD);
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        shards.freeze(2);
        RunState ended = act(order, SMALL);
        assertThat(ended.abort()).contains(AbortReason.METADATA_UNAVAILABLE);
        assertThat(ended.detail()).contains("shard 2 returned another row than was written");
        assertThat(audit.entries()).isEmpty();
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
        assertThat(files(ONE).length(key(100))).isEqualTo(-1);
        assertThat(shards.rows()).allMatch(row -> row.copies().size() <= 2);
    }

    @Test
    void aClassThatIsNotOrderedIsLeft() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        files(ONE).put(key(102), 5, OLD);
        RunState ended = act(plan(Set.of(Repair.COPY_AGAIN), ONE), "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN).repaired()).isEqualTo(1);
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(0, 0, 0, 0, 1));
        assertThat(repairs(ended, ONE).fault()).isEmpty();
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    /** Section 33 test 4: also if there is only an orphan to move. */
    @Test
    void withoutTheWriteBarrierNothingIsDone() {
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        shards.refuseWrites(2);
        RunState ended = act(order, SMALL);
        assertThat(ended.abort()).contains(AbortReason.METADATA_UNAVAILABLE);
        assertThat(ended.detail()).contains("metadata shard 2 takes no writes");
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    @Test
    void aShardThatDoesNotAnswerForbidsTheMoveOfFiles() {
        files(ONE).put(key(102), 5, OLD);
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        RunOrder order = plan(ALL, ONE);
        files(ONE).onRepair(() -> shards.stop(3));
        RunState ended = act(order, SMALL);
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN).repaired()).isEqualTo(1);
        assertThat(repairs(ended, ONE).fault()).contains(AbortReason.METADATA_UNAVAILABLE);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    /** Section 33 test 13. */
    @Test
    void withoutTheAuditLogNothingIsDone() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        audit.failFrom(0);
        RunState ended = act(order, SMALL);
        assertThat(repairs(ended, ONE).fault()).contains(AbortReason.AUDIT_UNAVAILABLE);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
        assertThat(files(ONE).length(key(100))).isEqualTo(-1);
    }

    @Test
    void afterARepairThatFailedNoFileIsMoved() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        files(TWO).remove(key(100));
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN).failed()).isEqualTo(1);
        assertThat(repairs(ended, ONE).fault()).contains(AbortReason.REPAIRS_FAILED);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
        assertThat(shards.rows()).hasSize(1);
    }

    @Test
    void whileAJobEmptiesTheNodeNoFileIsMoved() {
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        outOfService.add(
                new NodeStatus(ONE.storageNode(), ServiceState.FENCED, Optional.of(UUID.randomUUID()), Instant.EPOCH));
        RunState ended = act(order, "");
        assertThat(repairs(ended, ONE).fault()).contains(AbortReason.NODE_BUSY);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    @Test
    void aNodeWhoseListingHadGapsKeepsItsFiles() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        files(ONE).put(key(102), 5, OLD);
        shards.stop(3);
        RunOrder order = plan(ALL, ONE);
        assertThat(order.repairs().orElseThrow().quarantineOn()).isEmpty();
        shards.restart(3);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.COPY_AGAIN).repaired()).isEqualTo(1);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    /** Section 33 test 8 (D8): what is no longer true costs nothing of the limit, and the next plan has the others. */
    @Test
    void theLimitIsChargedForRepairsThatAreTried() {
        findings.limitPages(3);
        for (int i = 200; i < 210; i++) {
            files(ONE).put(key(i), 5, OLD);
        }
        RunOrder order = plan(ALL, ONE);
        List<CopyKey> sorted =
                IntStream.range(200, 210).mapToObj(RunFixture::key).sorted().toList();
        sorted.subList(0, 5).forEach(key -> files(ONE).remove(key));
        String limit = "rebalancer.reconcile.limits.quarantines = 3";
        RunState ended = act(order, limit);
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(3, 5, 0, 0, 2));
        ended = act(plan(ALL, ONE), limit);
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(2, 0, 0, 0, 0));
        assertNothingLeft(ONE);
    }

    /** D9: a repair that fails always does not use the limit for ever. */
    @Test
    void aRepairThatFailsInThreeRunsIsParked() {
        CopyKey stuck = key(300);
        files(ONE).put(stuck, 5, OLD);
        files(ONE).setMovable(stuck, false);
        for (int i = 0; i < 3; i++) {
            RunState ended = act(plan(ALL, ONE), "");
            assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(0, 0, 1, 0, 0));
        }
        RunState ended = act(plan(ALL, ONE), "");
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(0, 0, 0, 1, 0));
        assertThat(results()).containsEntry(stuck, Finding.State.PARKED);
    }

    /** D9: those that failed before come last, so the limit is there for the others. */
    @Test
    void repairsThatFailedInEarlierRunsComeLast() {
        findings.limitPages(2);
        List<CopyKey> sorted =
                IntStream.range(300, 306).mapToObj(RunFixture::key).sorted().toList();
        sorted.forEach(key -> files(ONE).put(key, 5, OLD));
        List<CopyKey> stuck = sorted.subList(0, 2);
        stuck.forEach(key -> files(ONE).setMovable(key, false));
        String limit = "rebalancer.reconcile.limits.quarantines = 2";
        RunState ended = act(plan(ALL, ONE), limit);
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(0, 0, 2, 0, 4));
        ended = act(plan(ALL, ONE), limit);
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(2, 0, 0, 0, 4));
        assertThat(files(ONE).quarantinedKeys()).containsExactlyInAnyOrderElementsOf(sorted.subList(2, 4));
        ended = act(plan(ALL, ONE), "rebalancer.reconcile.limits.quarantines = 3");
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(2, 0, 1, 0, 1));
        assertThat(files(ONE).quarantinedKeys()).containsExactlyInAnyOrderElementsOf(sorted.subList(2, 6));
    }

    /** #5: however many objects a batch has. */
    @Test
    void anAuditEntryNamesAtMostFiveObjects() {
        for (int i = 200; i < 212; i++) {
            files(ONE).put(key(i), 5, OLD);
        }
        RunState ended = act(plan(ALL, ONE), "");
        assertThat(counts(ended, ONE, Repair.QUARANTINE).repaired()).isEqualTo(12);
        List<String> samples = audit.entries().stream()
                .filter(entry -> entry.startsWith("reconciliation.end-repairs"))
                .map(entry -> entry.replaceAll(".*sample=([^ }]*)[, }].*", "$1"))
                .toList();
        assertThat(samples)
                .singleElement()
                .satisfies(sample -> assertThat(sample.split(","))
                        .hasSize(5)
                        .allMatch(object -> UUID.fromString(object).version() >= 0));
    }

    @Test
    void aLostAnswerIsAskedForAgain() {
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        files(ONE).loseAnswers(1);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(1, 0, 0, 0, 0));
    }

    @Test
    void anAgentThatDoesNotAnswerIsGivenUp() {
        files(ONE).put(key(102), 5, OLD);
        store(100, TWO, THREE);
        files(TWO).remove(key(100));
        RunOrder order = plan(ALL, ONE, TWO);
        files(ONE).stop();
        RunState ended = act(order, SMALL);
        assertThat(repairs(ended, ONE).fault()).contains(AbortReason.NODE_UNAVAILABLE);
        assertThat(counts(ended, TWO, Repair.COPY_AGAIN).repaired()).isEqualTo(1);
    }

    /** Section 33 test 7. */
    @Test
    void aRunThatIsOlderThanAnotherIsRefusedByTheAgent() {
        files(ONE).put(key(102), 5, OLD);
        RunOrder order = plan(ALL, ONE);
        files(ONE).setFence(new RunToken(UUID.randomUUID(), order.number() + 1, 1));
        RunState ended = act(order, "");
        assertThat(repairs(ended, ONE).fault()).contains(AbortReason.FENCED);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    /** Another run that is later compares or repairs the destinations of the copy that this one adds, and the other way round. */
    @Test
    void runsDoNotFenceEachOtherOnTheDestinationsOfAddedCopies() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        RunToken other = new RunToken(UUID.randomUUID(), order.number() + 1, 1);
        List.of(TWO, THREE).forEach(each -> files(each).setFence(other));
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.ADD_COPY).repaired()).isEqualTo(1);
        List.of(TWO, THREE).forEach(each -> assertThat(files(each).fence()).isEqualTo(other));
    }

    /** Both add a copy on the same storage node, and the order of one is in progress when the order of the other begins. */
    @Test
    void twoRunsCopyToTheSameStorageNodeAtTheSameTime() {
        store(103, TWO);
        store(106, THREE);
        RunOrder ofTwo = plan(ALL, TWO);
        RunOrder ofThree = plan(ALL, THREE);
        files(ONE).delayRepairs(12);
        id = ofThree.id();
        ActorRef<ReconcileMessage> later = spawn("");
        later.tell(new ReconcileMessage.CreateRun(
                ofThree, kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        await().atMost(TIMEOUT).until(() -> files(ONE).openOrders() == 1);
        id = ofTwo.id();
        RunState ended = act(ofTwo, "");
        assertThat(counts(ended, TWO, Repair.ADD_COPY).repaired()).isEqualTo(1);
        run = later;
        assertThat(counts(awaitEnd(), THREE, Repair.ADD_COPY).repaired()).isEqualTo(1);
        assertThat(files(ONE).replacedOrders()).isZero();
    }

    /** The first incarnation stored the first batch, moved the second one, and its manager crashed before that was stored. */
    @Test
    void aSecondManagerRepeatsNothingAndForgetsNothing() {
        findings.limitPages(2);
        for (int i = 200; i < 206; i++) {
            files(ONE).put(key(i), 5, OLD);
        }
        RunOrder order = plan(ALL, ONE);
        List<CopyKey> sorted =
                IntStream.range(200, 206).mapToObj(RunFixture::key).sorted().toList();
        files(ONE).answerQuarantines(1);
        run = spawn("");
        run.tell(new ReconcileMessage.CreateRun(
                order, kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        await().atMost(TIMEOUT).until(() -> files(ONE).quarantinedKeys().containsAll(sorted.subList(0, 4)));
        kit.stop(run, TIMEOUT);
        assertThat(results()).containsOnlyKeys(sorted.subList(0, 2));
        files(ONE).answerQuarantines(Integer.MAX_VALUE);
        run = spawn("");
        RunState ended = awaitEnd();
        assertThat(ended.epoch()).isEqualTo(2);
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(6, 0, 0, 0, 0));
        assertThat(results()).hasSize(6).containsOnlyKeys(sorted).doesNotContainValue(Finding.State.NO_LONGER_TRUE);
    }

    /** The record is changed only while the journal confirms that this is the latest incarnation. */
    @Test
    void withoutTheLeaseNoRecordIsChanged() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        isLatest = false;
        RunState ended = act(order, SMALL);
        assertThat(counts(ended, ONE, Repair.ADD_COPY).failed()).isEqualTo(1);
        assertThat(shards.rows().get(0).copies()).hasSize(1);
    }

    @Test
    void aRecordThatChangesWhileItsCopyIsMadeStaysAsItIs() {
        RecordRef lonely = store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        for (CopyLocation each : List.of(TWO, THREE)) {
            files(each).onRepair(() -> shards.touch(lonely));
        }
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.ADD_COPY).failed()).isEqualTo(1);
        assertThat(shards.rows().get(0).copies()).hasSize(1);
        assertThat(findings.of(id).get(0).detail()).contains("the record has changed");
        for (CopyLocation each : List.of(TWO, THREE)) {
            files(each).onRepair(() -> {});
        }
        ended = act(plan(ALL, ONE), "");
        assertThat(counts(ended, ONE, Repair.ADD_COPY).repaired()).isEqualTo(1);
    }

    /** After a job, "clean the old node" is a reconciliation of that node. */
    @Test
    void allFilesOfADrainedNodeMayBeMoved() {
        for (int i = 0; i < 200; i++) {
            files(ONE).put(key(i), 5, OLD);
        }
        outOfService.add(
                new NodeStatus(ONE.storageNode(), ServiceState.DRAINED, Optional.of(UUID.randomUUID()), Instant.EPOCH));
        RunState ended = act(plan(ALL, ONE), "");
        assertThat(counts(ended, ONE, Repair.QUARANTINE)).isEqualTo(new RepairCounts(200, 0, 0, 0, 0));
    }

    @Test
    void aCancelledRunEndsAndLeavesTheRest() {
        files(ONE).put(key(102), 5, OLD);
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        RunOrder order = plan(ALL, ONE);
        files(ONE).delayRepairs(Integer.MAX_VALUE);
        run = spawn("");
        run.tell(new ReconcileMessage.CreateRun(
                order, kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        await().atMost(TIMEOUT).until(() -> files(ONE).fence().runId().equals(id));
        run.tell(new ReconcileMessage.CancelRun(
                "cancelled by ann",
                kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        RunState ended = awaitEnd();
        assertThat(ended.abort()).contains(AbortReason.CANCELED);
        assertThat(files(ONE).quarantinedKeys()).isEmpty();
    }

    @Test
    void aRunThatTakesTooLongIsEnded() {
        store(100, ONE, TWO);
        files(ONE).remove(key(100));
        RunOrder order = plan(ALL, ONE);
        files(ONE).delayRepairs(Integer.MAX_VALUE);
        RunState ended = act(order, "rebalancer.reconcile.max-duration = 1s");
        assertThat(ended.abort()).contains(AbortReason.DEADLINE);
        assertThat(files(ONE).length(key(100))).isEqualTo(-1);
    }

    @Test
    void aNodeThatDiffersTooMuchIsRepairedOnlyIfItsBreakerIsOverridden() {
        for (int i = 0; i < 200; i++) {
            files(ONE).put(key(i), 5, OLD);
        }
        store(300, TWO, THREE);
        id = UUID.randomUUID();
        begin(new RunOrder(
                id,
                ++number,
                RunMode.PLAN,
                List.of(ONE.storageNode()),
                Optional.empty(),
                "ann",
                Map.of(),
                false,
                Optional.empty()));
        RunState plan = awaitEnd();
        assertThat(report(plan, ONE).fault()).contains(AbortReason.BREAKER);
        assertThat(PlanUsability.of(plan, List.of(), Set.of(), clock.instant()).refusal())
                .hasValueSatisfying(why -> assertThat(why).contains("have no record"));
        RunState ended = act(plan(ALL, Set.of(ONE.storageNode()), ONE), "");
        assertThat(counts(ended, ONE, Repair.QUARANTINE).repaired()).isEqualTo(200);
        assertThat(findings.of(id)).extracting(Finding::kind).containsOnly(DriftKind.ORPHAN_FILE);
    }
}
