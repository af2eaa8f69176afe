package io.rebalancer.core.evacuate;

import java.time.Duration;

/**
 * When the batch of a destination is handed over (manta.md 5.6).
 *
 * @param maxTasks tasks in one assignment, 1 to 500: more would not fit one message between cluster members
 * @param maxBytes content bytes in one assignment, at least 1; one larger object still travels alone
 * @param maxAge longest wait of the first task, above zero
 */
public record BatchLimits(int maxTasks, long maxBytes, Duration maxAge) {
    /** Most tasks an assignment can be allowed to have. */
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

    /** Whether a batch of {@code tasks} and {@code bytes} whose first task waits for {@code age} goes now. */
    public boolean due(int tasks, long bytes, Duration age) {
        return tasks >= maxTasks || bytes >= maxBytes || (tasks > 0 && age.compareTo(maxAge) >= 0);
    }
}
