package io.rebalancer.manager.evacuate.commit;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.evacuate.lease.Lease;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The leaving node is 1, the new copies are on 3; objects of 5 bytes with another copy on 2. */
class AssignmentCommitTest {
    private static final ActorTestKit KIT = TestSettings.kit("commit");
    private static final int MAX_ATTEMPTS = 5;
    private static final CommitSettings SETTINGS = new CommitSettings(50, 16, MAX_ATTEMPTS);

    private final RecordsInMemory records = new RecordsInMemory();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CommitResult commit(int... objects) throws Exception {
        List<CopyTask> tasks = Arrays.stream(objects)
                .mapToObj(number -> new CopyTask(
                        ref(number),
                        object(number),
                        RecordsInMemory.OWNER,
                        5,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        List.of()))
                .toList();
        InFlightAssignment copied =
                new InFlightAssignment(new Assignment(new UUID(1, 1), location(3), tasks), true, List.of());
        Lease lease = new Lease(() -> 0);
        lease.prove(lease.now());
        MetadataCalls calls = new MetadataCalls(
                new TierRetry(KIT.system(), LoggerFactory.getLogger("test")), lease, 4, running -> {});
        return new AssignmentCommit(records, calls, SETTINGS, location(1).storageNode(), copied)
                .run()
                .toCompletableFuture()
                .get();
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
        assertThat(result.tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
        assertThat(result.unwanted()).isEmpty();
        assertThat(records.copies(11)).containsExactly(location(3), location(2));
    }

    @Test
    void aRepeatedCommitHasTheSameResult() throws Exception {
        records.put(1, 1, 1, 2);
        CommitResult first = commit(1);
        assertThat(commit(1)).isEqualTo(first);
        assertThat(records.copies(1)).containsExactly(location(3), location(2));
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
}
