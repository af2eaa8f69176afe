package io.rebalancer.persistence.plugin;

import io.rebalancer.core.text.StableWord;
import io.rebalancer.persistence.log.Cursor;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogException;
import io.rebalancer.persistence.log.LogListener;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Histogram;
import kamon.metric.MeasurementUnit;
import kamon.metric.Timer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports what the log does as metrics, and in the log output of the process. */
final class LogMetrics implements LogListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogMetrics.class);
    private static final Duration REPEAT_AFTER = Duration.ofMinutes(1);

    private final Timer writes = Kamon.timer("rebalancer.log.write").withoutTags();
    private final Timer forces = Kamon.timer("rebalancer.log.force").withoutTags();
    private final Histogram groups =
            Kamon.histogram("rebalancer.log.group.entries").withoutTags();
    private final Counter bytes = Kamon.counter(
                    "rebalancer.log.written", MeasurementUnit.information().bytes())
            .withoutTags();
    private final Map<LogException.Kind, Counter> failures = new EnumMap<>(LogException.Kind.class);
    private final Counter faults = Kamon.counter("rebalancer.log.fault").withoutTags();
    private final Counter deleted =
            Kamon.counter("rebalancer.log.segments.deleted").withoutTags();
    private final Counter compactions =
            Kamon.counter("rebalancer.log.compactions").withoutTags();
    private final Counter compactedBytes = Kamon.counter(
                    "rebalancer.log.compacted", MeasurementUnit.information().bytes())
            .withoutTags();
    private final Counter evicted =
            Kamon.counter("rebalancer.log.cursors.evicted").withoutTags();
    private String lastFailure = "";
    private long lastFailureNanos;

    LogMetrics() {
        for (LogException.Kind kind : LogException.Kind.values()) {
            failures.put(kind, Kamon.counter("rebalancer.log.failed").withTag("kind", StableWord.of(kind)));
        }
    }

    /** Registers gauges that show the state of the log from now on. */
    void register(EventLog log) {
        gauge("rebalancer.log.queued", log, status -> status.queued());
        gauge(
                "rebalancer.log.queue.age.seconds",
                log,
                status -> status.queueAge().toMillis() / 1000.0);
        gauge(
                "rebalancer.log.maintenance.age.seconds",
                log,
                status -> status.maintenance().sinceGoodRound().toMillis() / 1000.0);
        gauge("rebalancer.log.bytes", log, EventLog.Status::bytes);
        gauge("rebalancer.log.events", log, EventLog.Status::events);
        gauge("rebalancer.log.segments", log, EventLog.Status::segments);
        gauge(
                "rebalancer.log.segments.undeleted",
                log,
                status -> status.maintenance().undeletedSegments());
        gauge("rebalancer.log.persistence.ids", log, EventLog.Status::persistenceIds);
        gauge("rebalancer.log.throttled", log, status -> status.state() == EventLog.State.THROTTLED ? 1 : 0);
        gauge(
                "rebalancer.log.recovery.seconds",
                log,
                status -> status.recovery().toMillis() / 1000.0);
        gauge("rebalancer.log.torn.bytes", log, EventLog.Status::tornBytes);
        // One gauge for the slowest cursor: a tag with the cursor name would have unbounded cardinality.
        update(
                Kamon.gauge(
                                "rebalancer.log.cursor.lag",
                                MeasurementUnit.information().bytes())
                        .withoutTags(),
                gauge -> gauge.update(log.cursors().stream()
                        .mapToLong(Cursor::next)
                        .map(log::bytesFrom)
                        .max()
                        .orElse(0)));
    }

    private static void gauge(String name, EventLog log, ToDoubleFunction<EventLog.Status> value) {
        update(Kamon.gauge(name).withoutTags(), gauge -> gauge.update(value.applyAsDouble(log.status())));
    }

    private static void update(Gauge gauge, Consumer<Gauge> updater) {
        gauge.autoUpdate(updater);
    }

    @Override
    public void groupForced(int entries, long groupBytes, long nanos) {
        forces.record(nanos);
        groups.record(entries);
        bytes.increment(groupBytes);
    }

    @Override
    public void requestAcknowledged(long nanos) {
        writes.record(nanos);
    }

    @Override
    public void requestFailed(LogException.Kind kind) {
        Counter counter = failures.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void throttled(LogException reason) {
        LOGGER.warn("log throttled: {}", reason.getMessage());
    }

    @Override
    public void throttleEnded(LogException reason) {
        LOGGER.info("log accepts events again, which it rejected because of: {}", reason.getMessage());
    }

    @Override
    public synchronized void maintenanceFailed(String message, Throwable cause) {
        faults.increment();
        // Maintenance runs every second: a fault that lasts must not fill the log output.
        long nowNanos = System.nanoTime();
        if (!message.equals(lastFailure) || nowNanos - lastFailureNanos >= REPEAT_AFTER.toNanos()) {
            lastFailure = message;
            lastFailureNanos = nowNanos;
            LOGGER.warn("{}; it is retried every second, and reported once in {}", message, REPEAT_AFTER, cause);
        }
    }

    @Override
    public void segmentDeleted(String segment, long segmentBytes) {
        deleted.increment();
        LOGGER.info("segment={} bytes={} deleted: nothing needs it any more", segment, segmentBytes);
    }

    @Override
    public void segmentsCompacted(String segment, int segments, long bytesBefore, long bytesAfter) {
        compactions.increment();
        compactedBytes.increment(Math.max(0, bytesBefore - bytesAfter));
        LOGGER.info(
                "segment={} replaces {} segments: bytes={} instead of {}, because most of their events are deleted",
                segment,
                segments,
                bytesAfter,
                bytesBefore);
    }

    @Override
    public void cursorLagging(String cursor, long lagBytes) {
        LOGGER.warn(
                "cursor={} is {} bytes behind; no segment from there on is deleted until its reader catches up",
                cursor,
                lagBytes);
    }

    @Override
    public void cursorEvicted(String cursor, String reason) {
        evicted.increment();
        LOGGER.warn("cursor={} removed: {}; its reader must start over", cursor, reason);
    }
}
