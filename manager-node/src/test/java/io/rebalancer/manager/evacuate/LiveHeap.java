package io.rebalancer.manager.evacuate;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Collects all garbage at intervals, and keeps the most bytes that are left. For a JVM with the serial collector. */
final class LiveHeap implements AutoCloseable {
    private static final int FIRST_SECONDS = 1;
    private static final int INTERVAL_SECONDS = 5;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private long maxBytes;
    private Duration cpu = Duration.ZERO;

    @SuppressWarnings("FutureReturnValueIgnored")
    LiveHeap() {
        timer.scheduleWithFixedDelay(this::sample, FIRST_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private synchronized void sample() {
        Duration before = BenchDatabase.collectorCpu();
        System.gc();
        cpu = cpu.plus(BenchDatabase.collectorCpu().minus(before));
        maxBytes = Math.max(
                maxBytes,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    /** The most bytes that were live, now included. */
    synchronized long maxBytes() {
        sample();
        return maxBytes;
    }

    /** The CPU time that these collections took. */
    synchronized Duration cpu() {
        return cpu;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
