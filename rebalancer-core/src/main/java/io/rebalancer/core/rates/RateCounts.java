package io.rebalancer.core.rates;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What events of a job state as done. Rows that were scanned are not among it: events have positions of the scan, which are row
 * ids with gaps, and no counts.
 *
 * @param placed records that got a destination
 * @param copied records whose copies an agent reported as verified
 * @param copiedBytes content bytes of these copies
 * @param settled records that ended well, by outcome
 * @param skipped reports of records that stay because no destination or copy was available; a later pass may report a record
 *     again
 * @param failed reports of records that stay because of an error; as {@code skipped}
 */
public record RateCounts(long placed, long copied, long copiedBytes, SettledCounts settled, long skipped, long failed) {
    public static final RateCounts ZERO = new RateCounts(0, 0, 0, SettledCounts.ZERO, 0, 0);

    /**
     * What one event states.
     *
     * @param before the job before the event
     */
    public static RateCounts of(JobState before, JobEvent event) {
        if (event instanceof JobEvent.AssignmentPlanned planned) {
            return new RateCounts(planned.assignment().tasks().size(), 0, 0, SettledCounts.ZERO, 0, 0);
        }
        if (event instanceof JobEvent.CopiesFinished finished) {
            return before.inFlight()
                    .find(finished.assignmentId())
                    .map(found -> copied(found, finished.failures()))
                    .orElse(ZERO);
        }
        List<UnmovedRecord> unmoved = event.unmoved();
        SettledCounts settled =
                event instanceof JobEvent.RelocationsCommitted committed ? committed.tally() : SettledCounts.ZERO;
        long failed = unmoved.stream()
                .filter(each -> each.kind() == UnmovedRecord.Kind.FAILED)
                .count();
        return new RateCounts(0, 0, 0, settled, unmoved.size() - failed, failed);
    }

    private static RateCounts copied(InFlightAssignment found, List<UnmovedRecord> failures) {
        Set<RecordRef> failed = failures.stream().map(UnmovedRecord::record).collect(Collectors.toSet());
        List<CopyTask> copied = found.assignment().tasks().stream()
                .filter(task -> !failed.contains(task.record()))
                .toList();
        return new RateCounts(
                0, copied.size(), copied.stream().mapToLong(CopyTask::sizeBytes).sum(), SettledCounts.ZERO, 0, 0);
    }

    /** The sum of both, count by count. */
    public RateCounts plus(RateCounts other) {
        return new RateCounts(
                placed + other.placed,
                copied + other.copied,
                copiedBytes + other.copiedBytes,
                settled.plus(other.settled),
                skipped + other.skipped,
                failed + other.failed);
    }

    /** Whether nothing was done. */
    public boolean isZero() {
        return equals(ZERO);
    }
}
