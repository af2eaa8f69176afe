package io.rebalancer.persistence.log;

import java.time.Duration;

/**
 * Expires requests that have waited for too long. While a disk operation is slow, it rejects events, and it fails the log
 * when the operation exceeds the deadline: a stop of the node costs more than a wait, and helps only if the disk hangs. It
 * counts its own ticks instead of reading the clock, so that time in which the whole process was suspended is not held against
 * the disk.
 */
final class DiskWatchdog {
    static final Duration INTERVAL = Duration.ofMillis(100);

    private final String location;
    private final LogSettings.Force force;
    private final LogQueue queue;
    private final Publisher publisher;
    private long operationStartNanos;
    private int ticksInOperation;

    /** @param location of the log, for the failure's message */
    DiskWatchdog(String location, LogSettings.Force force, LogQueue queue, Publisher publisher) {
        this.location = location;
        this.force = force;
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
        Duration busy = INTERVAL.multipliedBy(ticksInOperation);
        if (busy.compareTo(force.throttleAfter()) > 0) {
            queue.throttle(new LogException(
                    LogException.Kind.BACKPRESSURE,
                    "events are rejected: the disk of " + location + " did not complete a write within "
                            + force.throttleAfter() + "; they are accepted again when it does"));
        } else {
            queue.endThrottle(LogException.Kind.BACKPRESSURE);
        }
        if (busy.compareTo(force.deadline()) > 0) {
            publisher.fail(new LogException(
                    LogException.Kind.FAILED,
                    "the disk of " + location + " did not complete a write within " + force.deadline()
                            + "; the log accepts nothing until it is reopened"));
        }
    }
}
