package io.rebalancer.core.evacuate;

import io.rebalancer.core.evacuate.JobTransition.Trigger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rules on the job as a whole: creation, take-over, passes, failure, settings. */
final class LifecycleRules {

    private static final String CANCELLED = "cancelled by an operator";

    private LifecycleRules() {}

    static Decision create(JobState job, JobCommand.Create c, Instant now) {
        if (JobTransition.find(job.phase(), Trigger.CREATE).isEmpty()) {
            boolean repeated = job.leaving().equals(Optional.of(c.leaving()));
            return repeated
                    ? Decision.accept()
                    : Decision.refuse(Decision.Code.JOB_ALREADY_EXISTS, "the job empties another storage node");
        }
        return c.maxRecords() < 0
                ? Decision.refuse(Decision.Code.BAD_REQUEST, "max_objects must be at least 0, not " + c.maxRecords())
                : Decision.accept(new JobEvent.JobCreated(c.leaving(), c.maxRecords(), c.selection(), now));
    }

    /** A terminal job needs no new incarnation once all its assignments are released: nothing is sent for it. */
    static Decision takeOver(JobState job, Instant now) {
        return job.isActive() ? begin(job, job.epoch() + 1, now) : Decision.accept();
    }

    static Decision overtakeFence(JobState job, JobCommand.OvertakeFence c, Instant now) {
        return job.isActive() && c.knownEpoch() > job.epoch() ? begin(job, c.knownEpoch() + 1, now) : Decision.accept();
    }

    private static Decision begin(JobState job, long epoch, Instant now) {
        return Decision.accept(incarnation(epoch, job.phase(), now));
    }

    /** @param phase the phase in which the incarnation works */
    static JobEvent incarnation(long epoch, JobPhase phase, Instant now) {
        return new JobEvent.IncarnationBegan(epoch, now, phase.runsPass());
    }

    static Decision startPass(JobState job, JobCommand.StartPass c, Instant now) {
        if (JobTransition.find(job.phase(), Trigger.START_PASS).isPresent()) {
            return Decision.accept(new JobEvent.PassStarted(job.passes().number() + 1, now, scope(job, c.scope())));
        }
        return job.phase().runsPass() ? Decision.accept() : notRunning(job);
    }

    private static PassScope scope(JobState job, PassScope wanted) {
        if (wanted == PassScope.SELECTED_RECORDS && job.passes().retry().hasOrder()) {
            return wanted;
        }
        boolean mayRetry = job.selection().isPresent() || wanted != PassScope.ALL_RECORDS && job.mayRetryUnmoved();
        return mayRetry ? PassScope.UNMOVED_RECORDS : PassScope.ALL_RECORDS;
    }

    /** A pass is not cut off: its verified copies are still committed, so that they are not orphans. */
    static Decision fail(JobState job, JobCommand.Fail c, Instant now) {
        return JobTransition.find(job.phase(), Trigger.FAIL)
                .map(step -> Decision.accept(
                        step.to() == JobPhase.FAILING
                                ? new JobEvent.JobFailing(c.reason(), now)
                                : new JobEvent.JobEnded(step.to(), c.reason(), now)))
                .orElseGet(Decision::accept);
    }

    static Decision finishFailing(JobState job, Instant now) {
        Optional<JobTransition> step = JobTransition.find(job.phase(), Trigger.FINISH_FAILING);
        if (step.isEmpty()) {
            return Decision.accept();
        }
        return job.inFlight().count() > 0
                ? PassRules.assignmentsInFlight(job)
                : Decision.accept(new JobEvent.JobEnded(step.get().to(), job.reason(), now));
    }

    /** A job that fails ends in a moment, so it is not cancelled any more. */
    static Decision cancel(JobState job, Instant now) {
        if (job.phase() == JobPhase.CANCELLING || job.phase() == JobPhase.CANCELLED) {
            return Decision.accept();
        }
        return JobTransition.find(job.phase(), Trigger.CANCEL)
                .map(step -> Decision.accept(new JobEvent.JobCancelling(now)))
                .orElseGet(() -> refuseAction(job, "cancelled"));
    }

    static Decision finishCancelling(JobState job, Instant now) {
        Optional<JobTransition> step = JobTransition.find(job.phase(), Trigger.FINISH_CANCELLING);
        if (step.isEmpty()) {
            return Decision.accept();
        }
        if (job.inFlight().count() > 0) {
            return PassRules.assignmentsInFlight(job);
        }
        return job.releases().isEmpty()
                ? Decision.accept(new JobEvent.JobEnded(step.get().to(), CANCELLED, now))
                : releasesPending(job);
    }

    static Decision releasesPending(JobState job) {
        return Decision.refuse(
                Decision.Code.RELEASES_PENDING,
                job.releases().all().size() + " releases are not acknowledged by their agents");
    }

    /** A job that ends has no use for settings. */
    static Decision changeSettings(JobState job, JobCommand.ChangeSettings c, Instant now) {
        if (job.phase().terminal() || job.phase() == JobPhase.FAILING || job.phase() == JobPhase.CANCELLING) {
            return notRunning(job);
        }
        return job.settings().include(c.change())
                ? Decision.accept()
                : Decision.accept(new JobEvent.SettingsChanged(c.change(), c.by(), now));
    }

    static Decision markStalled(JobState job, JobCommand.MarkStalled c, Instant now) {
        return JobTransition.find(job.phase(), Trigger.MARK_STALLED)
                .map(step -> Decision.accept(new JobEvent.JobStalled(c.detail(), now)))
                .orElseGet(Decision::accept);
    }

    static Decision markProgress(JobState job, Instant now) {
        return JobTransition.find(job.phase(), Trigger.MARK_PROGRESS)
                .map(step -> Decision.accept(new JobEvent.JobProgressed(now)))
                .orElseGet(Decision::accept);
    }

    static Decision keepEstimate(JobState job, JobCommand.KeepEstimate c) {
        return job.phase() == JobPhase.RUNNING
                ? Decision.accept(new JobEvent.EndEstimated(c.estimate()))
                : Decision.accept();
    }

    /** @param participle what an operator wants the job to be */
    static Decision refuseAction(JobState job, String participle) {
        List<String> allowed = JobTransition.actions(job.phase());
        return Decision.refuse(
                Decision.Code.JOB_NOT_RUNNING,
                "the job is " + job.phase() + " and can't be " + participle + "; "
                        + (allowed.isEmpty()
                                ? "no action is possible until it has ended"
                                : "possible now: " + String.join(", ", allowed)));
    }

    static Decision notRunning(JobState job) {
        return Decision.refuse(Decision.Code.JOB_NOT_RUNNING, "the job is " + job.phase());
    }
}
