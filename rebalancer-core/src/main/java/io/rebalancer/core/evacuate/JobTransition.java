package io.rebalancer.core.evacuate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    PAUSED_BEFORE_FIRST_PASS(JobPhase.SETUP, Trigger.PAUSE, JobPhase.PAUSING, "an operator pauses the job"),
    PAUSED_IN_PASS(JobPhase.RUNNING, Trigger.PAUSE, JobPhase.PAUSING, "an operator pauses the job"),
    PAUSED_BETWEEN_PASSES(JobPhase.WAITING, Trigger.PAUSE, JobPhase.PAUSING, "an operator pauses the job"),
    PAUSED_IN_VERIFICATION(JobPhase.VERIFYING, Trigger.PAUSE, JobPhase.PAUSING, "an operator pauses the job"),
    PAUSED(
            JobPhase.PAUSING,
            Trigger.FINISH_PAUSING,
            JobPhase.PAUSED,
            "every agent at work has confirmed that it writes nothing"),
    RESUMED_BEFORE_FIRST_PASS(JobPhase.PAUSED, Trigger.RESUME, JobPhase.SETUP, "paused before the first pass"),
    RESUMED_IN_PASS(JobPhase.PAUSED, Trigger.RESUME, JobPhase.RUNNING, "paused in a pass"),
    RESUMED_BETWEEN_PASSES(JobPhase.PAUSED, Trigger.RESUME, JobPhase.WAITING, "paused between two passes"),
    RESUMED_IN_VERIFICATION(JobPhase.PAUSED, Trigger.RESUME, JobPhase.VERIFYING, "paused in a verification"),
    PAUSE_UNDONE_BEFORE_FIRST_PASS(JobPhase.PAUSING, Trigger.RESUME, JobPhase.SETUP, "paused before the first pass"),
    PAUSE_UNDONE_IN_PASS(JobPhase.PAUSING, Trigger.RESUME, JobPhase.RUNNING, "paused in a pass"),
    PAUSE_UNDONE_BETWEEN_PASSES(JobPhase.PAUSING, Trigger.RESUME, JobPhase.WAITING, "paused between two passes"),
    PAUSE_UNDONE_IN_VERIFICATION(JobPhase.PAUSING, Trigger.RESUME, JobPhase.VERIFYING, "paused in a verification"),
    STALLED(JobPhase.RUNNING, Trigger.MARK_STALLED, JobPhase.STALLED, "nothing has come of the pass for a while"),
    PROGRESSED(JobPhase.STALLED, Trigger.MARK_PROGRESS, JobPhase.RUNNING, "something has come of the pass"),
    RECORDS_LEFT_BY_STALLED(JobPhase.STALLED, Trigger.FINISH_PASS, JobPhase.WAITING, "another pass may settle more"),
    NOTHING_LEFT_BY_STALLED(JobPhase.STALLED, Trigger.FINISH_PASS, JobPhase.VERIFYING, "the pass left no record"),
    LIMIT_REACHED_BY_STALLED(
            JobPhase.STALLED, Trigger.FINISH_PASS, JobPhase.LIMIT_REACHED, "the job took on as many records as it may"),
    EXCEPTIONS_LEFT_BY_STALLED(
            JobPhase.STALLED, Trigger.FINISH_PASS, JobPhase.DONE_WITH_EXCEPTIONS, "the exceptions are final"),
    FAILS_WHILE_STALLED(JobPhase.STALLED, Trigger.FAIL, JobPhase.FAILING, "the job cannot continue"),
    PAUSED_WHILE_STALLED(JobPhase.STALLED, Trigger.PAUSE, JobPhase.PAUSING, "an operator pauses the job"),
    WINDOW_ENDS_BEFORE_FIRST_PASS(JobPhase.SETUP, Trigger.CLOSE_WINDOW, JobPhase.CLOSING_WINDOW, "the window closes"),
    WINDOW_ENDS_IN_PASS(JobPhase.RUNNING, Trigger.CLOSE_WINDOW, JobPhase.CLOSING_WINDOW, "the window closes"),
    WINDOW_ENDS_WHILE_STALLED(JobPhase.STALLED, Trigger.CLOSE_WINDOW, JobPhase.CLOSING_WINDOW, "the window closes"),
    WINDOW_ENDS_BETWEEN_PASSES(JobPhase.WAITING, Trigger.CLOSE_WINDOW, JobPhase.CLOSING_WINDOW, "the window closes"),
    WINDOW_ENDS_IN_VERIFICATION(JobPhase.VERIFYING, Trigger.CLOSE_WINDOW, JobPhase.CLOSING_WINDOW, "the window closes"),
    WINDOW_CLOSED(
            JobPhase.CLOSING_WINDOW,
            Trigger.FINISH_PAUSING,
            JobPhase.WAITING_WINDOW,
            "every agent at work has confirmed that it writes nothing"),
    OPENED_BEFORE_FIRST_PASS(
            JobPhase.WAITING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.SETUP, "it closed before the first pass"),
    OPENED_IN_PASS(JobPhase.WAITING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.RUNNING, "it closed in a pass"),
    OPENED_BETWEEN_PASSES(
            JobPhase.WAITING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.WAITING, "it closed between two passes"),
    OPENED_IN_VERIFICATION(
            JobPhase.WAITING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.VERIFYING, "it closed in a verification"),
    REOPENED_BEFORE_FIRST_PASS(
            JobPhase.CLOSING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.SETUP, "it closed before the first pass"),
    REOPENED_IN_PASS(JobPhase.CLOSING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.RUNNING, "it closed in a pass"),
    REOPENED_BETWEEN_PASSES(
            JobPhase.CLOSING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.WAITING, "it closed between two passes"),
    REOPENED_IN_VERIFICATION(
            JobPhase.CLOSING_WINDOW, Trigger.OPEN_WINDOW, JobPhase.VERIFYING, "it closed in a verification"),
    PAUSED_WHILE_WINDOW_CLOSES(JobPhase.CLOSING_WINDOW, Trigger.PAUSE, JobPhase.PAUSING, "an operator pauses the job"),
    PAUSED_OUTSIDE_WINDOW(JobPhase.WAITING_WINDOW, Trigger.PAUSE, JobPhase.PAUSED, "an operator pauses the job"),
    CANCELLED_WHILE_STALLED(JobPhase.STALLED, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_WHILE_WINDOW_CLOSES(
            JobPhase.CLOSING_WINDOW, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_OUTSIDE_WINDOW(
            JobPhase.WAITING_WINDOW, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_WHILE_PAUSING(JobPhase.PAUSING, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
    CANCELLED_WHILE_PAUSED(JobPhase.PAUSED, Trigger.CANCEL, JobPhase.CANCELLING, "an operator cancels the job"),
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
        PAUSE("Pause"),
        FINISH_PAUSING("FinishPausing"),
        RESUME("Resume"),
        CLOSE_WINDOW("CloseWindow"),
        OPEN_WINDOW("OpenWindow"),
        MARK_STALLED("MarkStalled"),
        MARK_PROGRESS("MarkProgress"),
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

    /** The first step that {@code trigger} causes in {@code phase}, mostly the only one; empty if it causes none there. */
    static Optional<JobTransition> find(JobPhase phase, Trigger trigger) {
        return Arrays.stream(values())
                .filter(each -> each.from == phase && each.trigger == trigger)
                .findFirst();
    }

    /** The step that {@code trigger} causes from one phase to another; empty if there is none. */
    static Optional<JobTransition> find(JobPhase from, Trigger trigger, JobPhase to) {
        return Arrays.stream(values())
                .filter(each -> each.from == from && each.trigger == trigger && each.to == to)
                .findFirst();
    }

    /** What an operator may do with a job in {@code phase}: words of the HTTP API. An ended job can only be retried. */
    public static List<String> actions(JobPhase phase) {
        if (phase.terminal()) {
            return List.of("retry");
        }
        return Stream.of(Trigger.PAUSE, Trigger.RESUME, Trigger.CANCEL)
                .filter(trigger -> find(phase, trigger).isPresent())
                .map(trigger -> trigger.command().toLowerCase(Locale.ROOT))
                .toList();
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
