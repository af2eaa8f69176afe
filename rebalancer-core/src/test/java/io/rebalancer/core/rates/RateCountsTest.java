package io.rebalancer.core.rates;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RateCountsTest {
    private static final UUID ASSIGNMENT = new UUID(1, 1);
    private static final CopyLocation DESTINATION = new CopyLocation("dc1", new StorageNodeId("9.stor.d"));

    private static CopyTask task(int number, long bytes) {
        return new CopyTask(
                record(number),
                new UUID(2, number),
                new UUID(3, 3),
                bytes,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
    }

    private static RecordRef record(int number) {
        return new RecordRef(1, "/o/stor/" + number);
    }

    private static UnmovedRecord unmoved(int number, UnmovedRecord.Kind kind) {
        return new UnmovedRecord(record(number), kind, Reason.MD5_MISMATCH, "wrong bytes");
    }

    /** What each event states, one after the other. */
    private static List<RateCounts> counts(JobEvent... events) {
        List<RateCounts> counts = new ArrayList<>();
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(DESTINATION, 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS));
        for (JobEvent event : events) {
            counts.add(RateCounts.of(state, event));
            state = state.apply(event);
        }
        return counts;
    }

    @Test
    void eachStageOfAnAssignmentCountsItsOwnRecords() {
        UnmovedRecord failure = unmoved(2, UnmovedRecord.Kind.FAILED);
        SettledCounts tally = new SettledCounts(1, 1, 0, 0, 10);
        assertThat(counts(
                        new JobEvent.AssignmentPlanned(
                                new Assignment(
                                        ASSIGNMENT, DESTINATION, List.of(task(1, 10), task(2, 7), task(3, 1L << 40))),
                                Map.of()),
                        new JobEvent.AssignmentAccepted(ASSIGNMENT),
                        new JobEvent.CopiesFinished(ASSIGNMENT, List.of(failure)),
                        new JobEvent.RelocationsCommitted(ASSIGNMENT, tally, List.of(failure), Optional.empty())))
                .containsExactly(
                        new RateCounts(3, 0, 0, SettledCounts.ZERO, 0, 0),
                        RateCounts.ZERO,
                        new RateCounts(0, 2, 10 + (1L << 40), SettledCounts.ZERO, 0, 0),
                        new RateCounts(0, 0, 0, tally, 0, 1));
    }

    @Test
    void recordsThatStayAreCountedByKind() {
        List<UnmovedRecord> three = List.of(
                unmoved(1, UnmovedRecord.Kind.SKIPPED),
                unmoved(2, UnmovedRecord.Kind.FAILED),
                unmoved(3, UnmovedRecord.Kind.SKIPPED));
        RateCounts expected = new RateCounts(0, 0, 0, SettledCounts.ZERO, 2, 1);
        assertThat(counts(
                        new JobEvent.RecordsExcepted(three, Map.of()),
                        new JobEvent.AssignmentLost(ASSIGNMENT, three, Optional.empty())))
                .containsExactly(expected, expected);
        assertThat(expected.plus(expected)).isEqualTo(new RateCounts(0, 0, 0, SettledCounts.ZERO, 4, 2));
    }

    @Test
    void theReportOfAnAssignmentThatIsNotKnownCountsNothing() {
        RateCounts counts = RateCounts.of(JobState.EMPTY, new JobEvent.CopiesFinished(ASSIGNMENT, List.of()));
        assertThat(counts.isZero()).isTrue();
    }
}
