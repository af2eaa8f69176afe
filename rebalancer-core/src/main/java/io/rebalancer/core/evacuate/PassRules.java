package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rules on the pass of a running job: how far the scan is, which records stay, and what follows the pass. */
final class PassRules {

    private PassRules() {}

    static Decision advance(JobState job, JobCommand.Advance c) {
        Map<Integer, ScanPosition> newMarks = job.scan().newMarks(c.marks());
        return newMarks.isEmpty() ? Decision.accept() : Decision.accept(new JobEvent.ScanAdvanced(newMarks));
    }

    static Decision except(JobState job, JobCommand.Except c) {
        Map<Integer, ScanPosition> newMarks = job.scan().newMarks(c.marks());
        return c.exceptions().isEmpty() && newMarks.isEmpty()
                ? Decision.accept()
                : Decision.accept(new JobEvent.RecordsExcepted(c.exceptions(), newMarks));
    }

    /** Before the first pass there are no exceptions, and a held job has to be resumed first: its order to stop is the later one. */
    static Decision retryExceptions(JobState job, JobCommand.RetryExceptions c, Instant now) {
        if (!job.phase().runsPass() && job.phase() != JobPhase.WAITING) {
            return LifecycleRules.refuseAction(job, "ordered to retry exceptions");
        }
        if (c.reasons().isEmpty()) {
            return Decision.refuse(Decision.Code.BAD_REQUEST, "a retry of some exceptions needs at least one reason");
        }
        Set<Reason> more = job.passes().retry().newOf(c.reasons());
        return more.isEmpty() ? Decision.accept() : Decision.accept(new JobEvent.RetryOrdered(more, now));
    }

    static Decision finishPass(JobState job, JobCommand.FinishPass c, Instant now) {
        if (job.inFlight().count() > 0) {
            return assignmentsInFlight(job);
        }
        JobEvent finished = new JobEvent.PassFinished(job.passes().number(), Optional.of(now));
        JobPhase next = stepAfterPass(job, c.pressureTimeout(), now).to();
        if (next == JobPhase.VERIFYING) {
            return Decision.accept(finished, new JobEvent.VerificationStarted(now));
        }
        return next.terminal()
                ? Decision.accept(finished, new JobEvent.JobEnded(next, limitOf(job, next), now))
                : Decision.accept(finished);
    }

    /** A job that has looked at some records only proves nothing about its storage node. */
    private static String limitOf(JobState job, JobPhase end) {
        return job.selection()
                .filter(selection -> end == JobPhase.LIMIT_REACHED)
                .map(selection -> "the selected exceptions of job " + selection.jobId()
                        + " are settled; no other record was looked at")
                .orElse("");
    }

    static Decision assignmentsInFlight(JobState job) {
        return Decision.refuse(
                Decision.Code.ASSIGNMENT_IN_FLIGHT, job.inFlight().count() + " assignments have not ended");
    }

    private static JobTransition stepAfterPass(JobState job, Duration pressureTimeout, Instant now) {
        UnmovedCounts unmoved = job.outcomes().unmoved();
        if (unmoved.total() == 0) {
            return job.isLimitReached() || job.selection().isPresent()
                    ? JobTransition.LIMIT_REACHED
                    : JobTransition.NOTHING_LEFT;
        }
        if (job.passes().retry().hasOrder() || job.passes().scope() == PassScope.SELECTED_RECORDS) {
            return JobTransition.RECORDS_LEFT;
        }
        return unmoved.retryable() == 0 || isPointless(job, pressureTimeout, now)
                ? JobTransition.EXCEPTIONS_LEFT
                : JobTransition.RECORDS_LEFT;
    }

    /** Records that wait for space or for an agent get time; those with another error get a few attempts. */
    private static boolean isPointless(JobState job, Duration pressureTimeout, Instant now) {
        UnmovedCounts unmoved = job.outcomes().unmoved();
        boolean fruitless = job.settledInPass() == 0;
        boolean attempted = job.passes().fruitlessInARow() + 1 >= JobRules.MAX_FRUITLESS_PASSES;
        boolean waited = unmoved.waiting() == 0 || job.passes().isFruitlessFor(pressureTimeout, now);
        return fruitless && attempted && waited;
    }

    /** DONE is the statement of a verification that read every shard, never an inference from a pass that found nothing. */
    static Decision finishVerification(JobState job, JobCommand.FinishVerification c, Instant now) {
        if (job.phase() != JobPhase.VERIFYING) {
            return Decision.accept();
        }
        JobEvent finished = new JobEvent.VerificationFinished(c.evidence(), now);
        Verification found = Verification.of(c.evidence(), now);
        if (found.needsAnotherPass()) {
            return Decision.accept(finished);
        }
        String obstacles = obstacles(found.rows());
        JobTransition step = obstacles.isEmpty() ? JobTransition.EMPTIED : JobTransition.RECORDS_EXCLUDED;
        return Decision.accept(finished, new JobEvent.JobEnded(step.to(), obstacles, now));
    }

    private static String obstacles(VerifiedRows found) {
        List<String> parts = new ArrayList<>();
        if (found.excluded() > 0) {
            parts.add(found.excluded() + " records are excluded by the settings");
        }
        if (found.unreadable() > 0) {
            parts.add(found.unreadable() + " rows can't be read as metadata records");
        }
        if (found.uploads() > 0) {
            parts.add(found.uploads() + " multipart uploads will write to the storage node; finish or abort them");
        }
        return String.join("; ", parts);
    }
}
