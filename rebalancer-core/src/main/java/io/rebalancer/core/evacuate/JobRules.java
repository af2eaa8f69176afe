package io.rebalancer.core.evacuate;

import java.time.Instant;
import java.util.Optional;

/**
 * The rules of the evacuate job. {@link #decide} is a pure function of its arguments; it acts on nothing.
 *
 * <p>The life of a job is the table {@link JobTransition}. The rules themselves are grouped by what they are about:
 * {@link LifecycleRules}, {@link PauseRules}, {@link WindowRules}, {@link PassRules}, {@link AssignmentRules}.
 */
public final class JobRules {
    /** Passes in a row that may settle nothing before their exceptions are final. */
    public static final int MAX_FRUITLESS_PASSES = 3;

    private JobRules() {}

    /** What {@code command} means for {@code job} at time {@code now}. Never throws for a command that can be sent. */
    public static Decision decide(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.Create c) {
            return LifecycleRules.create(job, c, now);
        }
        if (job.phase() == JobPhase.NONE) {
            return Decision.refuse(Decision.Code.JOB_NOT_FOUND, "no such job");
        }
        if (command instanceof JobCommand.TakeOver) {
            return LifecycleRules.takeOver(job, now);
        }
        if (command instanceof JobCommand.OvertakeFence c) {
            return LifecycleRules.overtakeFence(job, c, now);
        }
        if (command instanceof JobCommand.StartPass c) {
            return LifecycleRules.startPass(job, c, now);
        }
        if (command instanceof JobCommand.Fail c) {
            return LifecycleRules.fail(job, c, now);
        }
        if (command instanceof JobCommand.Cancel) {
            return LifecycleRules.cancel(job, now);
        }
        if (command instanceof JobCommand.Pause) {
            return PauseRules.pause(job, now);
        }
        if (command instanceof JobCommand.FinishPausing c) {
            return PauseRules.finishPausing(job, c, now);
        }
        if (command instanceof JobCommand.Resume) {
            return PauseRules.resume(job, now);
        }
        if (command instanceof JobCommand.RetryExceptions c) {
            return PassRules.retryExceptions(job, c, now);
        }
        if (command instanceof JobCommand.FinishCancelling) {
            return LifecycleRules.finishCancelling(job, now);
        }
        if (command instanceof JobCommand.ChangeSettings c) {
            return LifecycleRules.changeSettings(job, c, now);
        }
        if (command instanceof JobCommand.FinishVerification c) {
            return PassRules.finishVerification(job, c, now);
        }
        if (command instanceof JobCommand.FinishFailing) {
            return LifecycleRules.finishFailing(job, now);
        }
        return decideOnAssignment(job, command, now)
                .or(() -> decideOnOwnTime(job, command, now))
                .orElseGet(() ->
                        job.phase().runsPass() ? decideInPass(job, command, now) : LifecycleRules.notRunning(job));
    }

    /** Assignments end in every phase that has some: a job that fails ends them first, and releases continue after its end. */
    private static Optional<Decision> decideOnAssignment(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.ReportAccepted c) {
            return Optional.of(AssignmentRules.reportAccepted(job, c));
        }
        if (command instanceof JobCommand.ReportCopies c) {
            return Optional.of(AssignmentRules.reportCopies(job, c));
        }
        if (command instanceof JobCommand.ReportCommit c) {
            return Optional.of(AssignmentRules.reportCommit(job, c, now));
        }
        if (command instanceof JobCommand.LoseAssignment c) {
            return Optional.of(AssignmentRules.lose(job, c));
        }
        if (command instanceof JobCommand.ReportReleased c) {
            return Optional.of(AssignmentRules.reportReleased(job, c));
        }
        if (command instanceof JobCommand.OrphanCopies c) {
            return Optional.of(AssignmentRules.orphanCopies(job, c, now));
        }
        return command instanceof JobCommand.AbandonRelease c
                ? Optional.of(AssignmentRules.abandonRelease(job, c, now))
                : Optional.empty();
    }

    /** What no operator orders: windows, and a job that stalls. */
    private static Optional<Decision> decideOnOwnTime(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.CloseWindow) {
            return Optional.of(WindowRules.close(job, now));
        }
        if (command instanceof JobCommand.OpenWindow) {
            return Optional.of(WindowRules.open(job, now));
        }
        if (command instanceof JobCommand.MarkStalled c) {
            return Optional.of(LifecycleRules.markStalled(job, c, now));
        }
        if (command instanceof JobCommand.KeepEstimate c) {
            return Optional.of(LifecycleRules.keepEstimate(job, c));
        }
        return command instanceof JobCommand.MarkProgress
                ? Optional.of(LifecycleRules.markProgress(job, now))
                : Optional.empty();
    }

    private static Decision decideInPass(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.Plan c) {
            return AssignmentRules.plan(job, c);
        }
        if (command instanceof JobCommand.Except c) {
            return PassRules.except(job, c);
        }
        if (command instanceof JobCommand.Advance c) {
            return PassRules.advance(job, c);
        }
        if (command instanceof JobCommand.FinishPass c) {
            return PassRules.finishPass(job, c, now);
        }
        throw new AssertionError("command without a rule: " + command.getClass().getName());
    }
}
