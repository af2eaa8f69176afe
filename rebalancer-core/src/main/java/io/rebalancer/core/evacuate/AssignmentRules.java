package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Rules on one assignment of a job, the ledger: planned, copied, then committed or lost, then released. */
final class AssignmentRules {

    private AssignmentRules() {}

    static Decision plan(JobState job, JobCommand.Plan c) {
        if (job.inFlight().find(c.assignment().id()).isPresent()) {
            return Decision.accept();
        }
        if (job.releases().isFull()) {
            return Decision.refuse(
                    Decision.Code.RELEASES_PENDING,
                    "agents have not acknowledged the release of " + PendingReleases.MAX
                            + " assignments; the records are planned again when they have");
        }
        if (c.assignment().tasks().isEmpty()) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "an assignment needs a task");
        }
        Set<UUID> objects = new HashSet<>();
        for (CopyTask task : c.assignment().tasks()) {
            if (!objects.add(task.objectId())) {
                return objectInAssignment(task.objectId());
            }
        }
        Optional<UUID> busy = job.inFlight().anyOf(objects);
        if (busy.isPresent()) {
            return objectInAssignment(busy.get());
        }
        return Decision.accept(
                new JobEvent.AssignmentPlanned(c.assignment(), job.scan().newMarks(c.marks())));
    }

    private static Decision objectInAssignment(UUID objectId) {
        return Decision.refuse(
                Decision.Code.ASSIGNMENT_IN_FLIGHT, "object " + objectId + " is already in an assignment");
    }

    static Decision reportAccepted(JobState job, JobCommand.ReportAccepted c) {
        return job.inFlight()
                .find(c.assignmentId())
                .filter(each -> each.state() == AssignmentState.PLANNED)
                .map(each -> Decision.accept(new JobEvent.AssignmentAccepted(c.assignmentId())))
                .orElseGet(Decision::accept);
    }

    static Decision reportCopies(JobState job, JobCommand.ReportCopies c) {
        Optional<InFlightAssignment> waiting =
                job.inFlight().find(c.assignmentId()).filter(each -> !each.copied());
        if (waiting.isEmpty()) {
            return Decision.accept();
        }
        if (!c.failures().isEmpty() && !recordsOf(waiting.get()).containsAll(recordsOf(c.failures()))) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "a failure names a record outside the assignment");
        }
        return Decision.accept(new JobEvent.CopiesFinished(c.assignmentId(), c.failures()));
    }

    static Decision reportCommit(JobState job, JobCommand.ReportCommit c, Instant now) {
        Optional<InFlightAssignment> found = job.inFlight().find(c.assignmentId());
        if (found.isEmpty()) {
            return Decision.accept();
        }
        InFlightAssignment inFlight = found.get();
        int copied = inFlight.copiedTasks().size();
        Set<RecordRef> judged = recordsOf(c.failures());
        List<UnmovedRecord> failures = new ArrayList<>(inFlight.copyFailures());
        // What the commit has found out about a record that was not copied is later knowledge than the agent's.
        failures.removeIf(each -> judged.contains(each.record()));
        int again = inFlight.copyFailures().size() - failures.size();
        if (!inFlight.copied() || c.settled().total() + c.failures().size() - again < copied) {
            return Decision.refuse(
                    Decision.Code.BAD_REQUEST, "a commit must account for all " + copied + " copied records");
        }
        failures.addAll(c.failures());
        JobEvent committed = new JobEvent.RelocationsCommitted(
                c.assignmentId(), c.settled(), failures, Optional.of(new JobEvent.Release(c.unwanted())));
        return c.doubtful().isEmpty()
                ? Decision.accept(committed)
                : Decision.accept(committed, orphaned(inFlight, c.doubtful(), now));
    }

    private static JobEvent orphaned(InFlightAssignment inFlight, List<UUID> objects, Instant now) {
        return new JobEvent.CopiesOrphaned(
                inFlight.assignment().id(),
                inFlight.assignment().destination().storageNode(),
                objects,
                "a metadata record may name the copies; they stay",
                now);
    }

    /** Copies that are finished are committed, never lost. No write ever named the other copies, so none is wanted. */
    static Decision lose(JobState job, JobCommand.LoseAssignment c) {
        return job.inFlight()
                .find(c.assignmentId())
                .filter(each -> !each.copied())
                .map(each -> Decision.accept(new JobEvent.AssignmentLost(
                        c.assignmentId(),
                        skipped(each, c.reason(), c.detail()),
                        Optional.of(new JobEvent.Release(objectsOf(each))))))
                .orElseGet(Decision::accept);
    }

    static Decision reportReleased(JobState job, JobCommand.ReportReleased c) {
        List<UUID> pending = c.assignmentIds().stream()
                .distinct()
                .filter(id -> job.releases().find(id).isPresent())
                .toList();
        return pending.isEmpty() ? Decision.accept() : Decision.accept(new JobEvent.AssignmentsReleased(pending));
    }

    static Decision orphanCopies(JobState job, JobCommand.OrphanCopies c, Instant now) {
        return job.releases()
                .find(c.assignmentId())
                .filter(release -> !release.unwanted().isEmpty())
                .map(release -> Decision.accept(orphaned(release, c.detail(), now)))
                .orElseGet(Decision::accept);
    }

    static Decision abandonRelease(JobState job, JobCommand.AbandonRelease c, Instant now) {
        Optional<PendingRelease> found = job.releases().find(c.assignmentId());
        if (found.isEmpty()) {
            return Decision.accept();
        }
        JobEvent released = new JobEvent.AssignmentsReleased(List.of(c.assignmentId()));
        return found.get().unwanted().isEmpty()
                ? Decision.accept(released)
                : Decision.accept(orphaned(found.get(), c.detail(), now), released);
    }

    private static JobEvent orphaned(PendingRelease release, String detail, Instant now) {
        return new JobEvent.CopiesOrphaned(release.assignmentId(), release.node(), release.unwanted(), detail, now);
    }

    private static List<UUID> objectsOf(InFlightAssignment inFlight) {
        return inFlight.assignment().tasks().stream().map(CopyTask::objectId).toList();
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
