package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Whether the job may work now, as windows and settings allow it, and what follows when time passes. */
final class WorkAllowance {
    private final JobLimits limits;
    private final WorkWindow window;
    private final ProgressWatch progress;
    private boolean entered = true;

    /** @param stalledAfter as in {@link ProgressWatch} */
    WorkAllowance(JobLimits limits, Supplier<Duration> stalledAfter, Clock clock) {
        this.limits = limits;
        this.window = new WorkWindow(limits, clock);
        this.progress = new ProgressWatch(stalledAfter, clock);
    }

    /**
     * The job enters its phase, or continues in it after a take-over.
     *
     * @return whether its work may start; otherwise {@link #mayEnterNow} is asked until it may
     */
    boolean enter(JobState job) {
        limits.setChoices(job.settings());
        entered = window.isOpen() || !needsWindow(job.phase());
        return entered;
    }

    /** Outside the window, these phases have to be left before anything is done for them. */
    private static boolean needsWindow(JobPhase phase) {
        return switch (phase) {
            case SETUP, RUNNING, STALLED, WAITING, VERIFYING -> true;
            default -> false;
        };
    }

    /** Whether the work of the phase has started, so that agents may get orders to copy. */
    boolean hasEntered() {
        return entered;
    }

    /** Whether the work of a phase that could not start may start now. */
    boolean mayEnterNow() {
        return !entered && window.isOpen();
    }

    /** The orders that follow from a change of the job. */
    Stream<JobCommand> follow(JobState before, JobState after) {
        Optional<JobCommand> windowed = Optional.empty();
        if (!after.settings().equals(before.settings())) {
            limits.setChoices(after.settings());
            windowed = window.due(after);
        }
        return Stream.concat(windowed.stream(), progress.follow(before, after).stream());
    }

    /**
     * The orders that follow because time has passed.
     *
     * @param waits what the job waits for, the longest first
     */
    Stream<JobCommand> due(JobState job, List<JobWait> waits) {
        return Stream.concat(window.due(job).stream(), progress.due(job, waits).stream());
    }

    /** As {@link ProgressWatch#lastProgress}. */
    Instant lastProgress() {
        return progress.lastProgress();
    }

    /** The window that the job waits for, or the settings that are not known yet. */
    Optional<JobWait> waiting(JobState job) {
        return window.waiting(job);
    }
}
