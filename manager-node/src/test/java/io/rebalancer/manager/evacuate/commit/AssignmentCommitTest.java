package io.rebalancer.manager.evacuate.commit;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.lease.Lease;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The leaving node is 1, the new copies are on 3; objects of 5 bytes with another copy on 2. */
@Tag("slow")
class AssignmentCommitTest {
    private static final ActorTestKit KIT = TestSettings.kit("commit");
    private static final int MAX_ATTEMPTS = 5;
    private static final CommitSettings SETTINGS = new CommitSettings(50, 16, MAX_ATTEMPTS, Duration.ofMillis(500));

    private final FaultyTier tier = new FaultyTier();
    private final RecordsInMemory records = tier.records;
    private final MetadataShards shards = new MetadataShards(KIT.system(), tier, SETTINGS::shardTimeout, running -> {});

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CommitResult commit(int... objects) throws Exception {
        return get(start(false, DestinationCheck.NEVER_REFUSES, objects));
    }

    /** An earlier incarnation of the job may have sent writes. */
    private CommitResult resume(int... objects) throws Exception {
        return get(start(true, DestinationCheck.NEVER_REFUSES, objects));
    }

    private static CommitResult get(CompletableFuture<CommitResult> commit) throws Exception {
        return commit.get(20, TimeUnit.SECONDS);
    }

    private CompletableFuture<CommitResult> start(boolean resumed, DestinationCheck destinations, int... objects) {
        List<CopyTask> tasks = Arrays.stream(objects)
                .mapToObj(number -> new CopyTask(
                        ref(number),
                        object(number),
                        RecordsInMemory.OWNER,
                        5,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        List.of()))
                .toList();
        InFlightAssignment copied = new InFlightAssignment(
                new Assignment(new UUID(1, 1), location(3), tasks), AssignmentState.COPIED, List.of(), false);
        Lease lease = new Lease(() -> 0);
        lease.prove(lease.now());
        MetadataCalls calls = new MetadataCalls(shards, destinations, lease, new WritesInProgress(), 4);
        return new AssignmentCommit(calls, SETTINGS, location(1).storageNode(), copied, resumed)
                .run(SharedSearch.over(calls, List.of(copied)))
                .toCompletableFuture();
    }

    @Test
    void aRecordNamesTheNewCopyInThePlaceOfTheOldOne() throws Exception {
        records.put(1, 1, 2, 1);
        assertThat(commit(1).tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
        assertThat(records.copies(1)).containsExactly(location(2), location(3));
    }

    @Test
    void allRecordsOfAnObjectNameTheSameNewCopy() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(11, 1, 1, 2);
        records.put(12, 1, 1, 2);
        CommitResult result = commit(1);
        assertThat(result.tally()).isEqualTo(new SettledCounts(1, 0, 0, 2, 5));
        for (int record : List.of(1, 11, 12)) {
            assertThat(records.copies(record)).containsExactly(location(3), location(2));
        }
    }

    @Test
    void aDeletedRecordIsGoneAndItsCopyIsUnwanted() throws Exception {
        CommitResult result = commit(1);
        assertThat(result.tally()).isEqualTo(new SettledCounts(0, 0, 1, 0, 0));
        assertThat(result.unwanted()).containsExactly(object(1));
    }

    @Test
    void anOverwrittenRecordIsSupersededAndStaysUnchanged() throws Exception {
        records.put(1, 77, 1, 2);
        CommitResult result = commit(1);
        assertThat(result.tally()).isEqualTo(new SettledCounts(0, 1, 0, 0, 0));
        assertThat(result.unwanted()).containsExactly(object(1));
        assertThat(records.copies(1)).containsExactly(location(1), location(2));
    }

    @Test
    void aCopyIsWantedWhileASnaplinkNamesTheObject() throws Exception {
        records.put(11, 1, 1, 2);
        CommitResult result = commit(1);
        assertThat(result.tally())
                .as("the scanned record is gone, its snaplink is relocated")
                .isEqualTo(new SettledCounts(1, 0, 1, 0, 5));
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.doubtful()).isEmpty();
        assertThat(records.copies(11)).containsExactly(location(3), location(2));
    }

    @Test
    void aRepeatedCommitHasTheSameResult() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(11, 1, 1, 2);
        CommitResult first = commit(1);
        assertThat(first.tally()).isEqualTo(new SettledCounts(1, 0, 0, 1, 5));
        assertThat(resume(1)).isEqualTo(first);
        assertThat(records.copies(1)).containsExactly(location(3), location(2));
    }

    @Test
    void aSnaplinkThatAnEarlierAssignmentRelocatedDoesNotCountAgain() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(11, 1, 3, 2);
        assertThat(commit(1).tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
    }

    @Test
    void aRecordThatUsersChangeIsRetried() throws Exception {
        records.put(1, 1, 1, 2);
        records.interfere(MAX_ATTEMPTS - 1);
        assertThat(commit(1).tally().relocated()).isEqualTo(1);
    }

    @Test
    void retriesOfARecordAreLimited() throws Exception {
        records.put(1, 1, 1, 2);
        records.interfere(MAX_ATTEMPTS);
        CommitResult result = commit(1);
        assertThat(result.tally()).isEqualTo(SettledCounts.ZERO);
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.record()).isEqualTo(ref(1));
            assertThat(failure.kind()).isEqualTo(UnmovedRecord.Kind.FAILED);
            assertThat(failure.reason()).isEqualTo(Reason.METADATA_UPDATE_FAILED);
        });
    }

    @Test
    void aRecordThatNamesTheDestinationAlreadyStaysUnmoved() throws Exception {
        records.put(1, 1, 1, 3);
        CommitResult result = commit(1);
        assertThat(result.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.OBJECT_ALREADY_ON_DEST_SHARK));
        assertThat(records.copies(1)).containsExactly(location(1), location(3));
    }

    @Test
    void callsAreRetriedWhileTheTierIsDown() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(2, 2, 1, 2);
        records.outage(4);
        assertThat(commit(1, 2).tally()).isEqualTo(new SettledCounts(2, 0, 0, 0, 10));
    }

    @Test
    void recordsOfAShardAreUpdatedInOneBatch() throws Exception {
        for (int i = 1; i <= 20; i++) {
            records.put(i, i, 1, 2);
        }
        assertThat(commit(IntStream.rangeClosed(1, 20).toArray()).tally())
                .isEqualTo(new SettledCounts(20, 0, 0, 0, 100));
        assertThat(records.puts()).as("one batch for each of the two shards").isEqualTo(2);
    }

    @Test
    void aChangedRecordMakesItsBatchFallBackToSingleUpdates() throws Exception {
        for (int i = 1; i <= 20; i++) {
            records.put(i, i, 1, 2);
        }
        records.interfere(1);
        assertThat(commit(IntStream.rangeClosed(1, 20).toArray()).tally())
                .isEqualTo(new SettledCounts(20, 0, 0, 0, 100));
        assertThat(records.puts())
                .as("two batches, ten single updates, one of them twice")
                .isEqualTo(13);
        for (int i = 1; i <= 20; i++) {
            assertThat(records.copies(i)).containsExactly(location(3), location(2));
        }
    }

    @Test
    void aShardThatIsDownStopsOnlyItsOwnRecords() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(2, 2, 1, 2);
        tier.down.add(2);
        CommitResult result = commit(1, 2);
        assertThat(result.tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
        assertThat(records.copies(2)).containsExactly(location(3), location(2));
        assertThat(result.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.record()).isEqualTo(ref(1));
            assertThat(failure.reason()).isEqualTo(Reason.METADATA_UPDATE_FAILED);
            assertThat(failure.detail())
                    .contains("metadata shard 2 has been unavailable for", "refuses connections", "a later pass");
        });
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.doubtful()).containsExactly(object(1));
    }

    @Test
    void commitsDoNotWaitForAShardThatIsKnownToBeAwayUntilAProbeFindsItAgain() throws Exception {
        records.put(1, 1, 1, 2);
        tier.down.add(2);
        assertThat(commit(1).failures()).hasSize(1);
        assertThat(shards.waits()).singleElement().satisfies(wait -> {
            assertThat(wait.shard()).isEqualTo(2);
            assertThat(wait.away()).isTrue();
            assertThat(wait.detail()).contains("refuses connections");
        });
        tier.searches.clear();
        assertThat(commit(1).failures()).hasSize(1);
        assertThat(tier.searches).as("shard 2 is not asked").containsExactly("1:1");
        tier.down.clear();
        await().atMost(Duration.ofSeconds(20)).until(() -> shards.waits().isEmpty());
        assertThat(commit(1).tally().relocated()).isEqualTo(1);
    }

    @Test
    void aCopyStaysWhileAShardCannotBeSearchedForSnaplinks() throws Exception {
        tier.down.add(1);
        CommitResult result = commit(1);
        assertThat(result.tally()).isEqualTo(new SettledCounts(0, 0, 1, 0, 0));
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.doubtful()).containsExactly(object(1));
    }

    @Test
    void aWriteInDoubtIsCountedOnce() throws Exception {
        records.put(1, 1, 1, 2);
        tier.loseNextAnswer(() -> {});
        assertThat(commit(1).tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
        assertThat(records.puts()).isEqualTo(1);
    }

    @Test
    void aBatchInDoubtIsCountedOnceForEachRecord() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(11, 1, 1, 2);
        records.put(3, 3, 1, 2);
        tier.loseNextAnswer(() -> {});
        assertThat(commit(1, 3).tally()).isEqualTo(new SettledCounts(2, 0, 0, 1, 10));
        assertThat(records.puts()).isEqualTo(1);
    }

    @Test
    void aWriteInDoubtWaitsForItsShardWithoutLimit() throws Exception {
        records.put(1, 1, 1, 2);
        tier.loseNextAnswer(() -> tier.down.add(2));
        CompletableFuture<CommitResult> commit = start(false, DestinationCheck.NEVER_REFUSES, 1);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> shards.waits().stream().anyMatch(CommitWait::away));
        assertThat(commit).isNotDone();
        tier.down.clear();
        assertThat(get(commit).tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
    }

    @Test
    void writesThatAreNeverAcknowledgedEndWhenTheShardShowsThatNoneWasCarriedOut() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(3, 3, 1, 2);
        tier.loseWrites();
        CommitResult result = commit(1, 3);
        assertThat(result.failures()).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.METADATA_UPDATE_FAILED);
            assertThat(failure.detail()).contains("acknowledged no write");
        });
        assertThat(result.doubtful()).containsExactly(object(1), object(3));
        assertThat(tier.lostWrites()).as("attempts are spaced by a backoff").isLessThan(20);
    }

    /** A user gives the object another name, on a shard that has been searched before: snaplink, then delete. */
    @Test
    void aCopyThatARenamedRecordNamesAfterAWriteInDoubtIsNotUnwanted() throws Exception {
        records.put(1, 1, 1, 2);
        tier.loseNextAnswer(() -> {
            records.put(12, 1, 3, 2);
            records.delete(1);
        });
        CommitResult result = commit(1);
        assertThat(result.tally()).isEqualTo(new SettledCounts(0, 0, 1, 0, 0));
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.doubtful()).isEmpty();
    }

    @Test
    void aCopyIsUnwantedAfterAWriteInDoubtOnceNoShardNamesIt() throws Exception {
        records.put(1, 1, 1, 2);
        tier.loseNextAnswer(() -> records.delete(1));
        assertThat(commit(1).unwanted()).containsExactly(object(1));
        assertThat(tier.searches).containsExactlyInAnyOrder("1:1", "2:1", "1:1", "2:1");
    }

    @Test
    void aCopyStaysAfterAWriteInDoubtWhileAShardIsAway() throws Exception {
        records.put(1, 1, 1, 2);
        tier.loseNextAnswer(() -> {
            records.delete(1);
            tier.down.add(1);
        });
        CommitResult result = commit(1);
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.doubtful()).containsExactly(object(1));
    }

    @Test
    void aResumedCommitSearchesAgainBeforeItCallsACopyUnwanted() throws Exception {
        assertThat(resume(1).unwanted()).containsExactly(object(1));
        assertThat(tier.searches).hasSize(4);
        tier.searches.clear();
        assertThat(commit(1).unwanted()).containsExactly(object(1));
        assertThat(tier.searches)
                .as("no write was sent, so nothing can name the copy")
                .hasSize(2);
    }

    @Test
    void aRefusedDestinationGetsNoWrites() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(2, 2, 1, 2);
        records.put(4, 4, 1, 2);
        CommitResult result = get(start(false, node -> Optional.of(node + " is fenced"), 1, 2, 4));
        assertThat(records.puts()).isZero();
        assertThat(result.tally()).isEqualTo(SettledCounts.ZERO);
        assertThat(result.failures()).hasSize(3).allSatisfy(failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.DESTINATION_UNREACHABLE);
            assertThat(failure.kind()).isEqualTo(UnmovedRecord.Kind.SKIPPED);
            assertThat(failure.detail()).isEqualTo("3.stor is fenced");
        });
        assertThat(result.unwanted()).containsExactly(object(1), object(2), object(4));
    }

    /** The write may still be carried out, so the copy may come to be named although its destination is refused now. */
    @Test
    void aCopyStaysIfItsDestinationIsRefusedAfterAWriteInDoubt() throws Exception {
        records.put(1, 1, 1, 2);
        tier.loseWrites();
        CommitResult result = get(
                start(false, node -> tier.lostWrites() > 0 ? Optional.of(node + " is fenced") : Optional.empty(), 1));
        assertThat(tier.lostWrites()).isEqualTo(1);
        assertThat(result.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.DESTINATION_UNREACHABLE));
        assertThat(result.unwanted()).isEmpty();
        assertThat(result.doubtful()).containsExactly(object(1));
    }

    @Test
    void aRefusedSearchLeavesTheScannedRecordsToTheirKeys() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(2, 2, 1, 2);
        tier.refusingSearches.add(2);
        CommitResult result = commit(1, 2);
        assertThat(result.tally()).isEqualTo(new SettledCounts(2, 0, 0, 0, 10));
        records.delete(1);
        assertThat(commit(1).doubtful()).containsExactly(object(1));
    }

    @Test
    void aWriteThatIsRefusedForGoodIsReportedWithItsCause() throws Exception {
        records.put(1, 1, 1, 2);
        records.put(3, 3, 1, 2);
        tier.refuseWrites();
        CommitResult result = commit(1, 3);
        assertThat(result.failures()).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.METADATA_UPDATE_FAILED);
            assertThat(failure.detail()).contains("the bucket is read-only");
        });
        assertThat(result.doubtful()).containsExactly(object(1), object(3));
    }
}
