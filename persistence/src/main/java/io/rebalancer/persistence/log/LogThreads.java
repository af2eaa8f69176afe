package io.rebalancer.persistence.log;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a log: the writer, the watchdog over its disk, and retention. Nothing interrupts them, because an
 * interrupt would close the file that the thread is using. All are daemon threads.
 */
final class LogThreads implements AutoCloseable {
    private static final Duration RETENTION_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final LogListener listener;
    private final Optional<Acknowledger> acknowledger;
    private final Thread writerThread;
    private final ScheduledExecutorService watchdogScheduler = scheduler("event-log-watchdog");
    private final ScheduledExecutorService retentionScheduler = scheduler("event-log-retention");

    /** @param acknowledger the thread that completes futures, if the log has one */
    LogThreads(LogWriter writer, Optional<Acknowledger> acknowledger, LogListener listener) {
        this.listener = listener;
        this.acknowledger = acknowledger;
        this.writerThread = new Thread(writer::run, "event-log-writer");
        this.writerThread.setDaemon(true);
    }

    private static ScheduledExecutorService scheduler(String threadName) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts the writer at once, and each periodic task after its first interval. */
    void start(DiskWatchdog watchdog, LogRetention retention) {
        acknowledger.ifPresent(Acknowledger::start);
        writerThread.start();
        repeat(watchdogScheduler, DiskWatchdog.INTERVAL, watchdog::tick);
        repeat(retentionScheduler, RETENTION_INTERVAL, retention::runOnce);
    }

    // The future reports nothing: the task catches its own failures, because a failure would end the repetition
    // silently.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void repeat(ScheduledExecutorService scheduler, Duration interval, Runnable task) {
        Runnable reportingTask = () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                report(listener, "maintenance of the log failed: " + e, e);
            }
        };
        scheduler.scheduleWithFixedDelay(
                reportingTask, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reports a failure. If the listener fails too, the thread's handler of uncaught exceptions reports both. */
    static void report(LogListener listener, String message, Throwable failure) {
        try {
            listener.maintenanceFailed(message, failure);
        } catch (RuntimeException | Error e) {
            if (e != failure) {
                e.addSuppressed(failure);
            }
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }

    /** Waits until the writer has drained its closed queue, then ends the other threads and waits for them. */
    @Override
    public void close() throws InterruptedException {
        try {
            writerThread.join(DRAIN_TIMEOUT.toMillis());
        } finally {
            watchdogScheduler.shutdown();
            retentionScheduler.shutdown();
        }
        watchdogScheduler.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        retentionScheduler.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        if (acknowledger.isPresent()) {
            acknowledger.get().close();
        }
    }
}
