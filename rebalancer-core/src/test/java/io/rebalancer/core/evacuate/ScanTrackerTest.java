package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ScanTrackerTest {
    private static final int SHARD = 3;

    private final ScanTracker tracker = new ScanTracker(Map.of());

    private static ScanPosition at(long id) {
        return ScanPosition.at(ScanColumn.ID, id);
    }

    @Test
    void theMarkPassesAChunkWithoutRecordsAtOnce() {
        tracker.begin(SHARD, at(100), 0);
        assertThat(tracker.takeMoved()).containsEntry(SHARD, at(100));
    }

    @Test
    void theMarkWaitsForTheLastRecordOfAChunk() {
        ScanTracker.Chunk first = tracker.begin(SHARD, at(100), 2);
        tracker.settle(first);
        assertThat(tracker.takeMoved()).isEmpty();
        tracker.settle(first);
        assertThat(tracker.takeMoved()).containsEntry(SHARD, at(100));
    }

    @Test
    void theMarkDoesNotSkipAnUnsettledChunk() {
        ScanTracker.Chunk first = tracker.begin(SHARD, at(100), 1);
        tracker.begin(SHARD, at(200), 0);
        assertThat(tracker.takeMoved()).isEmpty();
        tracker.settle(first);
        assertThat(tracker.takeMoved()).containsEntry(SHARD, at(200));
    }

    @Test
    void aMovedMarkIsReturnedOnce() {
        tracker.begin(SHARD, at(100), 0);
        tracker.takeMoved();
        assertThat(tracker.takeMoved()).isEmpty();
    }

    @Test
    void settlingMoreRecordsThanTheChunkContainsIsAnError() {
        ScanTracker.Chunk chunk = tracker.begin(SHARD, at(100), 0);
        assertThatThrownBy(() -> tracker.settle(chunk)).isInstanceOf(IllegalStateException.class);
    }

    private static ScanPosition mark(ScanTracker of) {
        return of.takeMoved().getOrDefault(SHARD, ScanPosition.START);
    }

    @Test
    void theMarkCountsTheUnmovedRecordsBeforeIt() {
        ScanTracker.Chunk first = tracker.begin(SHARD, at(100), 2);
        ScanTracker.Chunk second = tracker.begin(SHARD, at(200), 1);
        tracker.settle(second, Samples.exception(3, Reason.NO_DESTINATION));
        tracker.settle(first, Samples.exception(1, Reason.NO_DESTINATION));
        assertThat(tracker.takeMoved()).isEmpty();
        tracker.settle(first);
        ScanPosition mark = mark(tracker);
        assertThat(mark).isEqualByComparingTo(at(200));
        assertThat(mark.unmoved().skipped()).isEqualTo(2);
    }

    @Test
    void aResumedScanContinuesTheCount() {
        ScanTracker.Chunk chunk = tracker.begin(SHARD, at(100), 1);
        tracker.settle(chunk, Samples.exception(1, Reason.NO_DESTINATION));
        ScanTracker resumed = new ScanTracker(tracker.takeMoved());
        resumed.settle(resumed.begin(SHARD, at(200), 1), Samples.exception(2, Reason.MD5_MISMATCH));
        assertThat(mark(resumed).unmoved().total()).isEqualTo(2);
    }

    /** One record may hold the mark for hours while the rest of the shard is scanned. */
    @Test
    void finishedChunksBehindAnOpenOneAreJoinedAndKeepTheirCounts() {
        ScanTracker.Chunk first = tracker.begin(SHARD, at(100), 1);
        for (int i = 2; i <= 1000; i++) {
            ScanTracker.Chunk chunk = tracker.begin(SHARD, at(100L * i), 1);
            tracker.settle(chunk, Samples.exception(i, Reason.NO_DESTINATION));
        }
        assertThat(tracker.pendingChunks(SHARD)).isEqualTo(3);
        tracker.settle(first);
        ScanPosition mark = mark(tracker);
        assertThat(mark.nextId()).isEqualTo(100_000);
        assertThat(mark.unmoved().total()).isEqualTo(999);
    }

    /** In any order of settling, the mark stays before the first chunk with an unsettled record. */
    @RepeatedTest(200)
    void theMarkStaysBeforeTheFirstUnsettledRecord(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<ScanTracker.Chunk> open = new ArrayList<>();
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int records = random.nextInt(4);
            open.add(tracker.begin(SHARD, at(100L * (i + 1)), records));
            left.add(records);
        }
        ScanPosition mark = ScanPosition.START;
        while (left.stream().anyMatch(count -> count > 0)) {
            int chunk = random.nextInt(open.size());
            if (left.get(chunk) > 0) {
                tracker.settle(open.get(chunk));
                left.set(chunk, left.get(chunk) - 1);
            }
            mark = tracker.takeMoved().getOrDefault(SHARD, mark);
            int firstOpen = firstOpen(left);
            assertThat(mark.nextId()).isEqualTo(100L * firstOpen);
        }
    }

    private static int firstOpen(List<Integer> left) {
        for (int i = 0; i < left.size(); i++) {
            if (left.get(i) > 0) {
                return i;
            }
        }
        return left.size();
    }
}
