package io.rebalancer.core.legacy;

import java.time.Duration;

/**
 * Limits on the assignments that an agent takes and keeps over the legacy HTTP API.
 *
 * @param maxTasks tasks in one assignment, 1 to {@link #MAX_TASKS}
 * @param maxOpenTasks tasks that have not ended, in all assignments together, at least {@code maxTasks}
 * @param keepEndedFor how long an ended assignment is kept, above zero
 * @param keepEnded ended assignments that are kept, at least 1
 * @param keepFailedBytes rough size in the heap of the failed tasks that are kept with ended assignments, at least 1
 */
public record LegacyLimits(int maxTasks, int maxOpenTasks, Duration keepEndedFor, int keepEnded, long keepFailedBytes) {
    /** With as many tasks, the event of an assignment is still smaller than the largest entry of the embedded log. */
    public static final int MAX_TASKS = 10_000;

    /** @throws IllegalArgumentException naming the invalid setting */
    public LegacyLimits {
        require(maxTasks >= 1 && maxTasks <= MAX_TASKS, "max-tasks-per-assignment must be 1 to " + MAX_TASKS);
        require(maxOpenTasks >= maxTasks, "max-open-tasks must be at least max-tasks-per-assignment");
        require(keepEndedFor.compareTo(Duration.ZERO) > 0, "legacy.keep-ended-for must be above zero");
        require(keepEnded >= 1, "legacy.keep-ended must be at least 1");
        require(keepFailedBytes >= 1, "legacy.keep-failed-tasks must be at least 1 byte");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
