package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An assignment that is planned and has not ended.
 *
 * @param assignment the assignment as planned
 * @param state how far it is
 * @param copyFailures records whose copies failed; empty until {@code COPIED}
 * @param resumed whether an earlier incarnation planned it in the current pass, so that the scan will find its rows again
 */
public record InFlightAssignment(
        Assignment assignment, AssignmentState state, List<UnmovedRecord> copyFailures, boolean resumed) {

    public InFlightAssignment {
        copyFailures = List.copyOf(copyFailures);
    }

    static InFlightAssignment planned(Assignment assignment) {
        return new InFlightAssignment(assignment, AssignmentState.PLANNED, List.of(), false);
    }

    InFlightAssignment accept() {
        return state == AssignmentState.PLANNED
                ? new InFlightAssignment(assignment, AssignmentState.ACCEPTED, copyFailures, resumed)
                : this;
    }

    InFlightAssignment withCopies(List<UnmovedRecord> failures) {
        return new InFlightAssignment(assignment, AssignmentState.COPIED, failures, resumed);
    }

    InFlightAssignment resume() {
        return new InFlightAssignment(assignment, state, copyFailures, true);
    }

    /** Whether the agent has reported the results of the copies, so that only the commit remains. */
    public boolean copied() {
        return state == AssignmentState.COPIED;
    }

    /** The tasks whose copies are verified; valid only if {@code copied}. */
    public List<CopyTask> copiedTasks() {
        if (copyFailures.isEmpty()) {
            return assignment.tasks();
        }
        Set<RecordRef> failed =
                copyFailures.stream().map(UnmovedRecord::record).collect(Collectors.toUnmodifiableSet());
        return assignment.tasks().stream()
                .filter(task -> !failed.contains(task.record()))
                .toList();
    }
}
