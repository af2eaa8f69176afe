package io.rebalancer.core.evacuate;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every step in the life of a job. {@link LifecycleRules} and {@link PassRules} look their steps up here; a phase changes
 * in no other way. {@code docs/job-states.mmd} is drawn from this table.
 */
public enum JobTransition {
    CREATED(JobPhase.NONE, Trigger.CREATE, JobPhase.SETUP, "an operator orders the drain"),
    FIRST_PASS(JobPhase.SETUP, Trigger.START_PASS, JobPhase.RUNNING, "the first pass begins"),
    NEXT_PASS(JobPhase.WAITING, Trigger.START_PASS, JobPhase.RUNNING, "the delay between passes is over"),
    RECORDS_LEFT(JobPhase.RUNNING, Trigger.FINISH_PASS, JobPhase.WAITING, "another pass may settle more"),
    NOTHING_LEFT(JobPhase.RUNNING, Trigger.FINISH_PASS, JobPhase.VERIFYING, "the pass left no record"),
    LIMIT_REACHED(
            JobPhase.RUNNING, Trigger.FINISH_PASS, JobPhase.LIMIT_REACHED, "the job took on as many records as it may"),
    EXCEPTIONS_LEFT(JobPhase.RUNNING, Trigger.FINISH_PASS, JobPhase.DONE_WITH_EXCEPTIONS, "the exceptions are final"),
    EMPTIED(JobPhase.VERIFYING, Trigger.FINISH_VERIFICATION, JobPhase.DONE, "no row names the storage node"),
    RECORDS_FOUND(
            JobPhase.VERIFYING, Trigger.FINISH_VERIFICATION, JobPhase.WAITING, "rows still name the storage node"),
    RECORDS_EXCLUDED(
            JobPhase.VERIFYING,
            Trigger.FINISH_VERIFICATION,
            JobPhase.DONE_WITH_EXCEPTIONS,
            "rows are excluded or unreadable, or uploads are open"),
    FAILED_BEFORE_FIRST_PASS(JobPhase.SETUP, Trigger.FAIL, JobPhase.FAILED, "the job cannot continue"),
    FAILED_BETWEEN_PASSES(JobPhase.WAITING, Trigger.FAIL, JobPhase.FAILED, "the job cannot continue"),
    FAILED_IN_VERIFICATION(JobPhase.VERIFYING, Trigger.FAIL, JobPhase.FAILED, "the job cannot continue"),
    FAILS_IN_PASS(JobPhase.RUNNING, Trigger.FAIL, JobPhase.FAILING, "the job cannot continue"),
    CANCELLED_BEFORE_FIRST_PASS(JobPhase.SETUP, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_IN_PASS(JobPhase.RUNNING, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_BETWEEN_PASSES(JobPhase.WAITING, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_IN_VERIFICATION(JobPhase.VERIFYING, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED(
            JobPhase.CANCELLING,
            Trigger.FINISH_CANCELLING,
            JobPhase.CANCELLED,
            "every assignment has ended and every agent has acknowledged that"),
    FAILED_AFTER_PASS(JobPhase.FAILING, Trigger.FINISH_FAILING, JobPhase.FAILED, "every assignment has ended");

    /** The command that causes a step. */
    public enum Trigger {
        CREATE("Create"),
        START_PASS("StartPass"),
        FINISH_PASS("FinishPass"),
        FINISH_VERIFICATION("FinishVerification"),
        FAIL("Fail"),
        CANCEL("Cancel"),
        FINISH_CANCELLING("FinishCancelling"),
        FINISH_FAILING("FinishFailing");

        private final String command;

        Trigger(String command) {
            this.command = command;
        }

        /** Simple name of the {@link JobCommand}. */
        public String command() {
            return command;
        }
    }

    private final JobPhase from;
    private final Trigger trigger;
    private final JobPhase to;
    private final String when;

    JobTransition(JobPhase from, Trigger trigger, JobPhase to, String when) {
        this.from = from;
        this.trigger = trigger;
        this.to = to;
        this.when = when;
    }

    public JobPhase from() {
        return from;
    }

    public Trigger trigger() {
        return trigger;
    }

    public JobPhase to() {
        return to;
    }

    /** The only step that {@code trigger} causes in {@code phase}; empty if it causes none there. */
    static Optional<JobTransition> find(JobPhase phase, Trigger trigger) {
        return Arrays.stream(values())
                .filter(each -> each.from == phase && each.trigger == trigger)
                .findFirst();
    }

    /** The table as a Mermaid state diagram. */
    public static String diagram() {
        return Arrays.stream(values())
                .map(each -> "    " + node(each.from) + " --> " + each.to + ": " + each.trigger.command() + " ("
                        + each.when + ")")
                .collect(Collectors.joining("\n", "stateDiagram-v2\n", "\n"));
    }

    private static String node(JobPhase phase) {
        return phase == JobPhase.NONE ? "[*]" : phase.name();
    }
}
