package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.UnmovedRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rules on the pass of a running job: how far the scan is, which records stay, and what follows the pass. */
final class PassRules {

    private PassRules() {}

    static Decision advance(JobState job, JobCommand.Advance c) {
        Map<Integer, ScanPosition> newMarks = job.scan().newMarks(c.marks());
        return newMarks.isEmpty() ? Decision.accept() : Decision.accept(new JobEvent.ScanAdvanced(newMarks));
    }

    static Decision except(JobState job, JobCommand.Except c, Instant now) {
        if (job.outcomes().excepted().size() + c.exceptions().size() > JobRules.MAX_EXCEPTIONS) {
            String reason = "more than " + JobRules.MAX_EXCEPTIONS + " records cannot be moved in one pass; the last: "
                    + c.exceptions().get(c.exceptions().size() - 1).detail();
            return Decision.accept(new JobEvent.JobEnded(JobTransition.TOO_MANY_EXCEPTIONS.to(), reason, now));
        }
        List<UnmovedRecord> uncounted = job.outcomes().uncounted(c.exceptions());
        Map<Integer, ScanPosition> newMarks = job.scan().newMarks(c.marks());
        return uncounted.isEmpty() && newMarks.isEmpty()
                ? Decision.accept()
                : Decision.accept(new JobEvent.RecordsExcepted(uncounted, newMarks));
    }

    static Decision finishPass(JobState job, Instant now) {
        int inFlight = job.inFlight().count();
        if (inFlight > 0) {
            return Decision.refuse(Decision.Code.ASSIGNMENT_IN_FLIGHT, inFlight + " assignments have not ended");
        }
        JobEvent finished = new JobEvent.PassFinished(job.passes().number());
        JobPhase next = stepAfterPass(job).to();
        return next.terminal()
                ? Decision.accept(finished, new JobEvent.JobEnded(next, "", now))
                : Decision.accept(finished);
    }

    private static JobTransition stepAfterPass(JobState job) {
        UnmovedCounts unmoved = job.outcomes().unmoved();
        boolean fruitless = job.settledInPass() == 0;
        if (unmoved.total() == 0) {
            if (!fruitless && !job.isLimitReached()) {
                return JobTransition.RECORDS_LEFT;
            }
            return job.scan().excluded() == 0 ? JobTransition.EMPTIED : JobTransition.EXCEPTIONS_LEFT;
        }
        boolean pointless =
                unmoved.retryable() == 0 || job.passes().fruitlessInARow() + 1 >= JobRules.MAX_FRUITLESS_PASSES;
        return fruitless && pointless ? JobTransition.EXCEPTIONS_LEFT : JobTransition.RECORDS_LEFT;
    }
}
