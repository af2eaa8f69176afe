package io.rebalancer.core.evacuate;

import java.time.Instant;

/**
 * The rules of the evacuate job. {@link #decide} is a pure function of its arguments; it acts on nothing.
 *
 * <p>The life of a job is the table {@link JobTransition}. The rules themselves are grouped by what they are about:
 * {@link LifecycleRules}, {@link PassRules}, {@link AssignmentRules}.
 */
public final class JobRules {
    /** Passes in a row that may settle nothing before their exceptions are final. */
    public static final int MAX_FRUITLESS_PASSES = 3;

    /** Exceptions one pass may have. With more the job fails: the cause is not in single objects. */
    public static final int MAX_EXCEPTIONS = 100_000;

    /** Metadata records of a job that may be swapped at a time (manta.md 2.5). */
    public static final int MAX_COMMIT_PARALLELISM = 250;

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
        if (command instanceof JobCommand.StartPass) {
            return LifecycleRules.startPass(job, now);
        }
        if (command instanceof JobCommand.Fail c) {
            return LifecycleRules.fail(job, c, now);
        }
        if (command instanceof JobCommand.SetCommitParallelism c) {
            return LifecycleRules.setCommitParallelism(job, c);
        }
        return job.phase() == JobPhase.RUNNING ? decideInPass(job, command, now) : LifecycleRules.notRunning(job);
    }

    private static Decision decideInPass(JobState job, JobCommand command, Instant now) {
        if (command instanceof JobCommand.Plan c) {
            return AssignmentRules.plan(job, c);
        }
        if (command instanceof JobCommand.ReportCopies c) {
            return AssignmentRules.reportCopies(job, c);
        }
        if (command instanceof JobCommand.ReportCommit c) {
            return AssignmentRules.reportCommit(job, c);
        }
        if (command instanceof JobCommand.LoseAssignment c) {
            return AssignmentRules.lose(job, c);
        }
        if (command instanceof JobCommand.Except c) {
            return PassRules.except(job, c, now);
        }
        if (command instanceof JobCommand.Advance c) {
            return PassRules.advance(job, c);
        }
        if (command instanceof JobCommand.FinishPass) {
            return PassRules.finishPass(job, now);
        }
        throw new AssertionError("command without a rule: " + command.getClass().getName());
    }
}
