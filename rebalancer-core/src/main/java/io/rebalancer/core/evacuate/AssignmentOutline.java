package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * An assignment in flight, without its tasks.
 *
 * @param tasks the number of its records
 * @param copied the number of its records whose copies are verified; 0 until {@code state} is {@code COPIED}
 * @param copyFailures the other records by the reason for which their copies failed; empty until then
 * @param bytes content bytes of its objects
 */
public record AssignmentOutline(
        UUID id,
        CopyLocation destination,
        AssignmentState state,
        int tasks,
        int copied,
        Map<Reason, Long> copyFailures,
        long bytes) {

    public AssignmentOutline {
        copyFailures = Map.copyOf(copyFailures);
    }

    static AssignmentOutline of(InFlightAssignment inFlight) {
        return new AssignmentOutline(
                inFlight.assignment().id(),
                inFlight.assignment().destination(),
                inFlight.state(),
                inFlight.assignment().tasks().size(),
                inFlight.copied() ? inFlight.copiedTasks().size() : 0,
                inFlight.copyFailures().stream()
                        .collect(Collectors.groupingBy(UnmovedRecord::reason, Collectors.counting())),
                inFlight.assignment().tasks().stream()
                        .mapToLong(CopyTask::sizeBytes)
                        .sum());
    }

    /** The number of its records whose copies failed. */
    public long failed() {
        return copyFailures.values().stream().mapToLong(Long::longValue).sum();
    }
}
