package io.rebalancer.cluster.telemetry;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/**
 * The state of the JVM: memory in bytes, the time of garbage collections and of the processors in seconds, threads, and open
 * files. Its labels are the areas of memory and the collectors of the JVM, so the number of series is fixed.
 */
final class JvmMetrics {
    private static final MeasurementUnit BYTES = MeasurementUnit.information().bytes();
    private static final String AREA = "area";

    private JvmMetrics() {}

    /** Registers the series of this process, once. */
    static void register() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        used("heap", () -> memory.getHeapMemoryUsage().getUsed());
        used("non_heap", () -> memory.getNonHeapMemoryUsage().getUsed());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                used("direct", pool::getMemoryUsed);
            }
        }
        update(
                Kamon.gauge("rebalancer.jvm.heap-max", BYTES).withoutTags(),
                () -> memory.getHeapMemoryUsage().getMax());
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            Kamon.counter("rebalancer.jvm.gc", MeasurementUnit.time().milliseconds())
                    .withTag("collector", collector.getName())
                    .autoUpdate(delta(collector::getCollectionTime));
        }
        update(
                Kamon.gauge("rebalancer.jvm.threads").withoutTags(),
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        update(
                Kamon.gauge("rebalancer.jvm.uptime", MeasurementUnit.time().seconds())
                        .withoutTags(),
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0);
        registerProcess();
    }

    private static void registerProcess() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            Kamon.counter("rebalancer.jvm.cpu", MeasurementUnit.time().milliseconds())
                    .withoutTags()
                    .autoUpdate(delta(
                            () -> Duration.ofNanos(system.getProcessCpuTime()).toMillis()));
        }
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            update(Kamon.gauge("rebalancer.jvm.open-files").withoutTags(), unix::getOpenFileDescriptorCount);
            update(Kamon.gauge("rebalancer.jvm.open-files-max").withoutTags(), unix::getMaxFileDescriptorCount);
        }
    }

    /** The increase of a total that the JVM counts. */
    private static Consumer<Counter> delta(Supplier<Object> total) {
        return Counter.delta(total);
    }

    private static void used(String area, DoubleSupplier bytes) {
        update(Kamon.gauge("rebalancer.jvm.memory", BYTES).withTag(AREA, area), bytes);
    }

    private static void update(Gauge gauge, DoubleSupplier value) {
        Consumer<Gauge> updater = each -> each.update(value.getAsDouble());
        gauge.autoUpdate(updater);
    }
}
