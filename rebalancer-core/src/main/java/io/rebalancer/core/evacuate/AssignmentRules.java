package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Rules on one assignment of a running job: planned, copied, then committed or lost. */
final class AssignmentRules {

    private AssignmentRules() {}

    static Decision plan(JobState job, JobCommand.Plan c) {
        if (job.inFlight().find(c.assignment().id()).isPresent()) {
            return Decision.accept();
        }
        if (c.assignment().tasks().isEmpty()) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "an assignment needs a task");
        }
        Set<UUID> busy = new HashSet<>(job.inFlight().objects());
        for (CopyTask task : c.assignment().tasks()) {
            if (!busy.add(task.objectId())) {
                return Decision.refuse(
                        Decision.Code.ASSIGNMENT_IN_FLIGHT,
                        "object " + task.objectId() + " is already in an assignment");
            }
        }
        return Decision.accept(
                new JobEvent.AssignmentPlanned(c.assignment(), job.scan().newMarks(c.marks())));
    }

    static Decision reportCopies(JobState job, JobCommand.ReportCopies c) {
        Optional<InFlightAssignment> waiting =
                job.inFlight().find(c.assignmentId()).filter(each -> !each.copied());
        if (waiting.isEmpty()) {
            return Decision.accept();
        }
        if (!recordsOf(waiting.get()).containsAll(recordsOf(c.failures()))) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "a failure names a record outside the assignment");
        }
        return Decision.accept(new JobEvent.CopiesFinished(c.assignmentId(), c.failures()));
    }

    static Decision reportCommit(JobState job, JobCommand.ReportCommit c) {
        Optional<InFlightAssignment> found = job.inFlight().find(c.assignmentId());
        if (found.isEmpty()) {
            return Decision.accept();
        }
        InFlightAssignment inFlight = found.get();
        int copied = inFlight.copiedTasks().size();
        if (!inFlight.copied() || c.settled().total() + c.failures().size() < copied) {
            return Decision.refuse(
                    Decision.Code.BAD_REQUEST, "a commit must account for all " + copied + " copied records");
        }
        List<UnmovedRecord> failures = new ArrayList<>(inFlight.copyFailures());
        failures.addAll(c.failures());
        return Decision.accept(new JobEvent.RelocationsCommitted(c.assignmentId(), c.settled(), failures));
    }

    /** Copies that are finished are committed, never lost. */
    static Decision lose(JobState job, JobCommand.LoseAssignment c) {
        return job.inFlight()
                .find(c.assignmentId())
                .filter(each -> !each.copied())
                .map(each -> Decision.accept(
                        new JobEvent.AssignmentLost(c.assignmentId(), skipped(each, c.reason(), c.detail()))))
                .orElseGet(Decision::accept);
    }

    private static List<UnmovedRecord> skipped(InFlightAssignment inFlight, Reason reason, String detail) {
        return inFlight.assignment().tasks().stream()
                .map(task -> new UnmovedRecord(task.record(), UnmovedRecord.Kind.SKIPPED, reason, detail))
                .toList();
    }

    private static Set<RecordRef> recordsOf(InFlightAssignment inFlight) {
        return inFlight.assignment().tasks().stream().map(CopyTask::record).collect(Collectors.toSet());
    }

    private static Set<RecordRef> recordsOf(List<UnmovedRecord> failures) {
        return failures.stream().map(UnmovedRecord::record).collect(Collectors.toSet());
    }
}
