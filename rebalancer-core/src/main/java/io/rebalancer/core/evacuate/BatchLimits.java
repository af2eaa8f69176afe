package io.rebalancer.core.evacuate;

import java.time.Duration;

/**
 * The limits at which the batch of a destination becomes an assignment (manta.md 5.6).
 *
 * @param maxTasks tasks in one assignment, 1 to 500; more do not fit into one message between cluster members
 * @param maxBytes content bytes in one assignment, at least 1; a larger object gets an assignment to itself
 * @param maxAge longest time that the first task waits, above zero
 */
public record BatchLimits(int maxTasks, long maxBytes, Duration maxAge) {
    /** Upper bound of {@code maxTasks}. */
    public static final int MAX_TASKS = 500;

    public BatchLimits {
        if (maxTasks < 1 || maxTasks > MAX_TASKS) {
            throw new IllegalArgumentException(
                    "max-tasks-per-assignment must be 1 to " + MAX_TASKS + ", not " + maxTasks);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("max-assignment-bytes must be at least 1, not " + maxBytes);
        }
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("max-assignment-age must be above zero, not " + maxAge);
        }
    }

    /**
     * Whether a batch of {@code tasks} and {@code bytes}, whose first task has waited for {@code age}, reaches a limit.
     */
    public boolean due(int tasks, long bytes, Duration age) {
        return tasks >= maxTasks || bytes >= maxBytes || (tasks > 0 && age.compareTo(maxAge) >= 0);
    }
}
