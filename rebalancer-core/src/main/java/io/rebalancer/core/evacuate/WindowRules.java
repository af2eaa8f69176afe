package io.rebalancer.core.evacuate;

import io.rebalancer.core.evacuate.JobTransition.Trigger;
import java.time.Instant;

/**
 * Rules on the windows in which a job may work. What is open is found out by the job's actor, because the fleet has a window
 * too; a job between two windows is held as a paused one is, and an operator's pause outlasts the window.
 */
final class WindowRules {

    private WindowRules() {}

    static Decision close(JobState job, Instant now) {
        return JobTransition.find(job.phase(), Trigger.CLOSE_WINDOW)
                .map(step -> Decision.accept(new JobEvent.WindowClosing(now)))
                .orElseGet(Decision::accept);
    }

    static Decision open(JobState job, Instant now) {
        return job.interrupted()
                .flatMap(phase -> JobTransition.find(job.phase(), Trigger.OPEN_WINDOW, phase))
                .map(step -> Decision.accept(
                        new JobEvent.WindowOpened(step.to(), now),
                        LifecycleRules.incarnation(job.epoch() + 1, step.to(), now)))
                .orElseGet(Decision::accept);
    }
}
