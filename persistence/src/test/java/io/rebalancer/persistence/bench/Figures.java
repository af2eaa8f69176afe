package io.rebalancer.persistence.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts events, and samples their latencies. */
final class Figures {
    static final int EVENT_BYTES = 300;
    private static final int SAMPLE_INTERVAL = 8;

    private final LongAdder events = new LongAdder();
    private final long cpuNanosBefore = cpuNanos();
    private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();

    /**
     * The result of a run.
     *
     * @param cpuMicros processor time of the whole process per event
     */
    record Result(double perSecond, double p50Micros, double p99Micros, double cpuMicros) {}

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    static Duration runTime() {
        return Duration.ofSeconds(Integer.getInteger("bench.seconds", 4));
    }

    static Path directory(String name) throws IOException {
        Path base = Path.of(System.getProperty("bench.directory", "target/bench"));
        Files.createDirectories(base);
        return Files.createTempDirectory(base, name).toAbsolutePath();
    }

    /** @param number of the event; the latency of every eighth event is sampled */
    void stored(long number, long nanos) {
        events.increment();
        if (number % SAMPLE_INTERVAL == 0) {
            latencies.add(nanos);
        }
    }

    Result result(long nanos) {
        List<Long> sorted = new ArrayList<>(latencies);
        sorted.sort(Comparator.naturalOrder());
        double cpu = (cpuNanos() - cpuNanosBefore) / 1000.0 / Math.max(1, events.sum());
        return new Result(
                events.sum() / (nanos / 1e9), percentileMicros(sorted, 0.5), percentileMicros(sorted, 0.99), cpu);
    }

    private static double percentileMicros(List<Long> sorted, double share) {
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) (sorted.size() * share)) / 1000.0;
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
