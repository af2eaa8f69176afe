package io.rebalancer.persistence.log;

import java.time.Duration;

/**
 * Expires requests that have waited for too long, and fails the log when a disk operation exceeds the deadline. It counts
 * its own ticks instead of reading the clock, so that time in which the whole process was suspended is not held against
 * the disk.
 */
final class DiskWatchdog {
    static final Duration INTERVAL = Duration.ofMillis(100);

    private final String location;
    private final Duration forceDeadline;
    private final LogQueue queue;
    private final Publisher publisher;
    private long operationStartNanos;
    private int ticksInOperation;

    /** @param location of the log, for the failure's message */
    DiskWatchdog(String location, Duration forceDeadline, LogQueue queue, Publisher publisher) {
        this.location = location;
        this.forceDeadline = forceDeadline;
        this.queue = queue;
        this.publisher = publisher;
    }

    /** Runs once in each {@link #INTERVAL}. */
    void tick() {
        queue.expire();
        long busySinceNanos = publisher.diskBusySinceNanos();
        boolean sameOperation = busySinceNanos != 0 && busySinceNanos == operationStartNanos;
        ticksInOperation = sameOperation ? ticksInOperation + 1 : 0;
        operationStartNanos = busySinceNanos;
        if (INTERVAL.multipliedBy(ticksInOperation).compareTo(forceDeadline) > 0) {
            publisher.fail(new LogException(
                    LogException.Kind.FAILED,
                    "the disk of " + location + " did not complete a write within " + forceDeadline
                            + "; the log accepts nothing until it is reopened"));
        }
    }
}
