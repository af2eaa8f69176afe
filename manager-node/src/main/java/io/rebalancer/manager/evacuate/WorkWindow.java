package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Whether the job may work now, and what follows if that has changed. The job asks with each reminder. */
final class WorkWindow {
    private final JobLimits limits;
    private final Clock clock;
    private final Instant startedAt;

    WorkWindow(JobLimits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** Whether children may be started that read, plan and write. */
    boolean isOpen() {
        return limits.areKnown() && limits.closedWindow(clock.instant()).isEmpty();
    }

    /** The order that follows from the window; empty if the job does what it may. */
    Optional<JobCommand> due(JobState job) {
        if (!limits.areKnown()) {
            return Optional.empty();
        }
        boolean open = limits.closedWindow(clock.instant()).isEmpty();
        return switch (job.phase()) {
            case SETUP, RUNNING, STALLED, WAITING, VERIFYING ->
                open ? Optional.empty() : Optional.of(new JobCommand.CloseWindow());
            case CLOSING_WINDOW, WAITING_WINDOW -> open ? Optional.of(new JobCommand.OpenWindow()) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** The window that the job waits for, or the settings that are not known yet. */
    Optional<JobWait> waiting(JobState job) {
        boolean works = !job.phase().terminal() && !job.phase().isHeld() && job.phase() != JobPhase.NONE;
        if (works && !limits.areKnown()) {
            return Optional.of(new JobWait(
                    JobWait.Cause.SETTINGS_UNKNOWN,
                    startedAt,
                    Optional.empty(),
                    "the owner of the fleet's settings has not replied since this manager started"));
        }
        boolean outside = job.phase() == JobPhase.WAITING_WINDOW || job.phase() == JobPhase.CLOSING_WINDOW;
        Instant now = clock.instant();
        return limits.closedWindow(now)
                .filter(closed -> outside)
                .map(closed -> new JobWait(
                        JobWait.Cause.WINDOW,
                        closed.at(),
                        closed.window().nextChange(now),
                        "the window is closed: " + closed.window().text()));
    }
}
