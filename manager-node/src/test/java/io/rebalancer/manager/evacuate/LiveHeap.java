package io.rebalancer.manager.evacuate;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Collects all garbage at intervals, and records how many bytes are left. A sample includes what is in work at its moment, so
 * the largest of many samples is larger than that of a few: the median compares runs of different lengths. For a JVM with the
 * serial collector.
 */
final class LiveHeap implements AutoCloseable {
    private static final int FIRST_SECONDS = 1;
    private static final int INTERVAL_SECONDS = 5;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<Long> samples = new ArrayList<>();
    private Duration cpu = Duration.ZERO;

    @SuppressWarnings("FutureReturnValueIgnored")
    LiveHeap() {
        timer.scheduleWithFixedDelay(this::sample, FIRST_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private synchronized void sample() {
        Duration before = BenchDatabase.collectorCpu();
        System.gc();
        cpu = cpu.plus(BenchDatabase.collectorCpu().minus(before));
        samples.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    /** The median of the bytes that were live, now included. */
    synchronized long medianBytes() {
        sample();
        return samples.stream().sorted().skip(samples.size() / 2).findFirst().orElseThrow();
    }

    /** The most bytes that were live. */
    synchronized long maxBytes() {
        return Collections.max(samples);
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
