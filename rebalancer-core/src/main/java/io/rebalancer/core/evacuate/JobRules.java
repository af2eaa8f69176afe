package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The evacuate job's rules. {@link #decide} never acts: it is a pure function of its arguments.
 *
 * <pre>
 * NONE --Create--> SETUP --StartPass--> RUNNING --FinishPass--> WAITING --StartPass--> RUNNING ...
 *                                          |                       (something was settled, or may go better)
 *                                          +--FinishPass--> DONE (the pass found nothing)
 *                                          +--FinishPass--> DONE_WITH_EXCEPTIONS (trying again is pointless)
 *                                          +--Fail--> FAILED (also from SETUP and WAITING)
 * </pre>
 */
public final class JobRules {
    /** Passes in a row that may settle nothing before their exceptions are final. */
    public static final int MAX_FRUITLESS_PASSES = 3;

    /** Exceptions one pass may have. Beyond, the job fails and says so: its trouble is not with single objects. */
    public static final int MAX_EXCEPTIONS = 100_000;

    /** Most metadata records of a job that may be switched at a time (manta.md 2.5). */
    public static final int MAX_COMMIT_PARALLELISM = 250;

    private JobRules() {}

    /** What {@code command} means for {@code job} at time {@code now}. Never throws for a command that can be sent. */
    public static Decision decide(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.Create c) {
            return create(job, c, now);
        }
        if (job.phase() == JobPhase.NONE) {
            return Decision.refuse(Decision.Code.JOB_NOT_FOUND, "no such job");
        }
        if (command instanceof JobCommand.TakeOver) {
            return job.phase().terminal()
                    ? Decision.accept()
                    : Decision.accept(new JobEvent.IncarnationBegan(job.epoch() + 1, now));
        }
        if (command instanceof JobCommand.StartPass) {
            return startPass(job, now);
        }
        if (command instanceof JobCommand.Fail c) {
            return job.phase().terminal()
                    ? Decision.accept()
                    : Decision.accept(new JobEvent.JobEnded(JobPhase.FAILED, c.reason(), now));
        }
        if (command instanceof JobCommand.SetCommitParallelism c) {
            return setCommitParallelism(job, c);
        }
        if (job.phase() != JobPhase.RUNNING) {
            return Decision.refuse(Decision.Code.JOB_NOT_RUNNING, "the job is " + job.phase());
        }
        return decideRunning(job, command, now);
    }

    /** A job between two passes runs too, in the words of whoever asks for this. */
    private static Decision setCommitParallelism(JobState job, JobCommand.SetCommitParallelism c) {
        if (job.phase() != JobPhase.RUNNING && job.phase() != JobPhase.WAITING) {
            return Decision.refuse(Decision.Code.JOB_NOT_RUNNING, "the job is " + job.phase());
        }
        if (c.records() < 1 || c.records() > MAX_COMMIT_PARALLELISM) {
            return Decision.refuse(
                    Decision.Code.BAD_REQUEST,
                    "records switched at a time must be 1 to " + MAX_COMMIT_PARALLELISM + ", not " + c.records());
        }
        return job.commitParallelism() == c.records()
                ? Decision.accept()
                : Decision.accept(new JobEvent.CommitParallelismSet(c.records()));
    }

    private static Decision decideRunning(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.Plan c) {
            return plan(job, c);
        }
        if (command instanceof JobCommand.Except c) {
            return except(job, c, now);
        }
        if (command instanceof JobCommand.Advance c) {
            Map<Integer, ScanPosition> ahead = ahead(job, c.marks());
            return ahead.isEmpty() ? Decision.accept() : Decision.accept(new JobEvent.ScanAdvanced(ahead));
        }
        if (command instanceof JobCommand.ReportCopies c) {
            return reportCopies(job, c);
        }
        if (command instanceof JobCommand.ReportCommit c) {
            return reportCommit(job, c);
        }
        if (command instanceof JobCommand.LoseAssignment c) {
            return loseAssignment(job, c);
        }
        if (command instanceof JobCommand.FinishPass) {
            return finishPass(job, now);
        }
        throw new AssertionError("command without a rule: " + command.getClass().getName());
    }

    private static Decision create(JobState job, JobCommand.Create c, Instant now) {
        if (job.phase() != JobPhase.NONE) {
            boolean repeated = job.leaving().equals(Optional.of(c.leaving()));
            return repeated
                    ? Decision.accept()
                    : Decision.refuse(Decision.Code.JOB_ALREADY_EXISTS, "the job empties another storage node");
        }
        return c.maxRecords() < 0
                ? Decision.refuse(Decision.Code.BAD_REQUEST, "max_objects must be at least 0, not " + c.maxRecords())
                : Decision.accept(new JobEvent.JobCreated(c.leaving(), c.maxRecords(), now));
    }

    private static Decision startPass(JobState job, Instant now) {
        return switch (job.phase()) {
            case SETUP, WAITING -> Decision.accept(new JobEvent.PassStarted(job.pass() + 1, now));
            case RUNNING -> Decision.accept();
            case NONE, DONE, DONE_WITH_EXCEPTIONS, FAILED ->
                Decision.refuse(Decision.Code.JOB_NOT_RUNNING, "the job is " + job.phase());
        };
    }

    private static Decision plan(JobState job, JobCommand.Plan c) {
        if (job.inFlight().containsKey(c.assignment().id())) {
            return Decision.accept();
        }
        if (c.assignment().tasks().isEmpty()) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "an assignment needs a task");
        }
        Set<UUID> busy = job.inFlight().values().stream()
                .flatMap(each -> each.assignment().tasks().stream())
                .map(CopyTask::objectId)
                .collect(Collectors.toCollection(HashSet::new));
        for (CopyTask task : c.assignment().tasks()) {
            if (!busy.add(task.objectId())) {
                return Decision.refuse(
                        Decision.Code.ASSIGNMENT_IN_FLIGHT, "object " + task.objectId() + " is being copied already");
            }
        }
        return Decision.accept(new JobEvent.AssignmentPlanned(c.assignment(), ahead(job, c.marks())));
    }

    private static Decision except(JobState job, JobCommand.Except c, Instant now) {
        if (job.excepted().size() + c.exceptions().size() > MAX_EXCEPTIONS) {
            String reason = "more than " + MAX_EXCEPTIONS + " records can't be moved in one pass; the last one: "
                    + c.exceptions().get(c.exceptions().size() - 1).detail();
            return Decision.accept(new JobEvent.JobEnded(JobPhase.FAILED, reason, now));
        }
        List<UnmovedRecord> fresh = c.exceptions().stream()
                .filter(each -> !job.excepted().contains(each.record()))
                .toList();
        Map<Integer, ScanPosition> ahead = ahead(job, c.marks());
        return fresh.isEmpty() && ahead.isEmpty()
                ? Decision.accept()
                : Decision.accept(new JobEvent.RecordsExcepted(fresh, ahead));
    }

    private static Decision reportCopies(JobState job, JobCommand.ReportCopies c) {
        InFlightAssignment inFlight = job.inFlight().get(c.assignmentId());
        if (inFlight == null || inFlight.copied()) {
            return Decision.accept();
        }
        if (!tasksOf(inFlight).containsAll(recordsOf(c.failures()))) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "a failure names a record outside the assignment");
        }
        return Decision.accept(new JobEvent.CopiesFinished(c.assignmentId(), c.failures()));
    }

    private static Decision reportCommit(JobState job, JobCommand.ReportCommit c) {
        InFlightAssignment inFlight = job.inFlight().get(c.assignmentId());
        if (inFlight == null) {
            return Decision.accept();
        }
        int copied = inFlight.copiedTasks().size();
        if (!inFlight.copied() || c.tally().settled() + c.failures().size() < copied) {
            return Decision.refuse(
                    Decision.Code.BAD_REQUEST, "a commit must account for all " + copied + " copied records");
        }
        List<UnmovedRecord> failures = new ArrayList<>(inFlight.copyFailures());
        failures.addAll(c.failures());
        return Decision.accept(new JobEvent.RelocationsCommitted(c.assignmentId(), c.tally(), failures));
    }

    private static Decision loseAssignment(JobState job, JobCommand.LoseAssignment c) {
        InFlightAssignment inFlight = job.inFlight().get(c.assignmentId());
        if (inFlight == null || inFlight.copied()) {
            return Decision.accept();
        }
        return Decision.accept(new JobEvent.AssignmentLost(c.assignmentId(), lost(inFlight, c.reason(), c.detail())));
    }

    private static List<UnmovedRecord> lost(InFlightAssignment inFlight, Reason reason, String detail) {
        return inFlight.assignment().tasks().stream()
                .map(task -> new UnmovedRecord(task.record(), UnmovedRecord.Kind.SKIPPED, reason, detail))
                .toList();
    }

    private static Decision finishPass(JobState job, Instant now) {
        if (!job.inFlight().isEmpty()) {
            return Decision.refuse(
                    Decision.Code.ASSIGNMENT_IN_FLIGHT, job.inFlight().size() + " assignments have not ended");
        }
        JobEvent finished = new JobEvent.PassFinished(job.pass());
        boolean limitReached = job.maxRecords() > 0 && job.discovered() >= job.maxRecords();
        long exceptions = job.skipped() + job.failed();
        if (exceptions == 0 && (job.settledInPass() == 0 || limitReached)) {
            JobPhase end = job.excluded() == 0 ? JobPhase.DONE : JobPhase.DONE_WITH_EXCEPTIONS;
            return Decision.accept(finished, new JobEvent.JobEnded(end, "", now));
        }
        boolean givenUp =
                job.settledInPass() == 0 && (job.retryable() == 0 || job.fruitlessPasses() + 1 >= MAX_FRUITLESS_PASSES);
        if (exceptions > 0 && givenUp) {
            return Decision.accept(finished, new JobEvent.JobEnded(JobPhase.DONE_WITH_EXCEPTIONS, "", now));
        }
        return Decision.accept(finished);
    }

    private static Set<RecordRef> tasksOf(InFlightAssignment inFlight) {
        return inFlight.assignment().tasks().stream().map(CopyTask::record).collect(Collectors.toSet());
    }

    private static Set<RecordRef> recordsOf(List<UnmovedRecord> failures) {
        return failures.stream().map(UnmovedRecord::record).collect(Collectors.toSet());
    }

    /** The marks that are really ahead of the stored ones: a mark never goes back. */
    private static Map<Integer, ScanPosition> ahead(JobState job, Map<Integer, ScanPosition> marks) {
        return marks.entrySet().stream()
                .filter(mark ->
                        mark.getValue().compareTo(job.marks().getOrDefault(mark.getKey(), ScanPosition.START)) > 0)
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
