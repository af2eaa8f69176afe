package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What became of the records.
 *
 * @param settled records that ended well, over all passes
 * @param unmoved records of the current or last pass that did not, and those that it does not visit
 * @param orphans copies that stay on a storage node though no record is known to name them, over all passes
 */
public record Outcomes(SettledCounts settled, UnmovedCounts unmoved, long orphans) {
    public static final Outcomes NONE = new Outcomes(SettledCounts.ZERO, UnmovedCounts.ZERO, 0);

    /**
     * @param inFlight the assignments before the event
     * @param scan the marks before the event
     * @param retry after the event
     */
    Outcomes after(JobEvent event, AssignmentsInFlight inFlight, ScanProgress scan, ExceptionRetry retry) {
        if (event instanceof JobEvent.PassStarted) {
            return new Outcomes(settled, retry.unvisited(), orphans);
        }
        if (event instanceof JobEvent.IncarnationBegan e) {
            return e.rescans() ? new Outcomes(settled, retry.unvisited().plus(scan.unmoved()), orphans) : this;
        }
        if (event instanceof JobEvent.CopiesOrphaned e) {
            return new Outcomes(settled, unmoved, orphans + e.objects().size());
        }
        if (event instanceof JobEvent.RecordsExcepted e) {
            return new Outcomes(settled, unmoved.plus(e.exceptions()), orphans);
        }
        if (event instanceof JobEvent.RelocationsCommitted e) {
            List<UnmovedRecord> left = counted(inFlight, e.assignmentId(), e.failures());
            return new Outcomes(settled.plus(e.tally()), unmoved.plus(left), orphans);
        }
        return event instanceof JobEvent.AssignmentLost e
                ? new Outcomes(settled, unmoved.plus(counted(inFlight, e.assignmentId(), e.failures())), orphans)
                : this;
    }

    /**
     * A record counts once in a pass, with the outcome of its row. So the records that an assignment leaves do not count
     * if the scan will find their rows: further records of its objects, and all records of a resumed assignment.
     */
    private static List<UnmovedRecord> counted(
            AssignmentsInFlight inFlight, UUID assignmentId, Collection<UnmovedRecord> failures) {
        if (failures.isEmpty()) {
            return List.of();
        }
        Map<RecordRef, UnmovedRecord> byRecord = new HashMap<>();
        failures.forEach(each -> byRecord.putIfAbsent(each.record(), each));
        List<UnmovedRecord> counted = new ArrayList<>();
        inFlight.find(assignmentId)
                .filter(assignment -> !assignment.resumed())
                .ifPresent(assignment -> assignment.assignment().tasks().forEach(task -> {
                    UnmovedRecord left = byRecord.get(task.record());
                    if (left != null) {
                        counted.add(left);
                    }
                }));
        return counted;
    }
}
