package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An assignment that has not ended.
 *
 * @param assignment what was planned
 * @param copied whether the agent reported its copies; only the metadata is to be switched then
 * @param copyFailures what could not be copied; empty before {@code copied}
 */
public record InFlightAssignment(Assignment assignment, boolean copied, List<UnmovedRecord> copyFailures) {

    public InFlightAssignment {
        copyFailures = List.copyOf(copyFailures);
    }

    static InFlightAssignment planned(Assignment assignment) {
        return new InFlightAssignment(assignment, false, List.of());
    }

    InFlightAssignment withCopies(List<UnmovedRecord> failures) {
        return new InFlightAssignment(assignment, true, failures);
    }

    /** The tasks whose copies are verified; meaningful once {@code copied}. */
    public List<CopyTask> copiedTasks() {
        Set<RecordRef> failed =
                copyFailures.stream().map(UnmovedRecord::record).collect(Collectors.toUnmodifiableSet());
        return assignment.tasks().stream()
                .filter(task -> !failed.contains(task.record()))
                .toList();
    }
}
