package io.rebalancer.persistence.plugin;

import io.rebalancer.persistence.log.Cursor;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogException;
import io.rebalancer.persistence.log.LogListener;
import java.util.EnumMap;
import java.util.Locale;
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

/** What is measured of the log, and what is said of it in the process's own log. */
final class LogMetrics implements LogListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogMetrics.class);

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
    private final Counter evicted =
            Kamon.counter("rebalancer.log.cursors.evicted").withoutTags();

    LogMetrics() {
        for (LogException.Kind kind : LogException.Kind.values()) {
            failures.put(
                    kind,
                    Kamon.counter("rebalancer.log.failed")
                            .withTag("kind", kind.name().toLowerCase(Locale.ROOT)));
        }
    }

    /** Shows how the log stands, from now on. */
    void follow(EventLog log) {
        gauge("rebalancer.log.queued", log, status -> status.queued());
        gauge(
                "rebalancer.log.queue.age.seconds",
                log,
                status -> status.queueAge().toMillis() / 1000.0);
        gauge("rebalancer.log.bytes", log, EventLog.Status::bytes);
        gauge("rebalancer.log.events", log, EventLog.Status::events);
        gauge("rebalancer.log.segments", log, EventLog.Status::segments);
        gauge("rebalancer.log.persistence.ids", log, EventLog.Status::persistenceIds);
        gauge("rebalancer.log.throttled", log, status -> status.state() == EventLog.State.THROTTLED ? 1 : 0);
        gauge(
                "rebalancer.log.recovery.seconds",
                log,
                status -> status.recovery().toMillis() / 1000.0);
        gauge("rebalancer.log.torn.bytes", log, EventLog.Status::tornBytes);
        // By cursor would be without bound: the one that is furthest behind is what matters.
        show(
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

    private static void gauge(String name, EventLog log, ToDoubleFunction<EventLog.Status> what) {
        show(Kamon.gauge(name).withoutTags(), gauge -> gauge.update(what.applyAsDouble(log.status())));
    }

    private static void show(Gauge gauge, Consumer<Gauge> look) {
        gauge.autoUpdate(look);
    }

    @Override
    public void forced(int entries, long count, long nanos) {
        forces.record(nanos);
        groups.record(entries);
        bytes.increment(count);
    }

    @Override
    public void acknowledged(long nanos) {
        writes.record(nanos);
    }

    @Override
    public void failed(LogException.Kind kind) {
        Counter counter = failures.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void fault(String what, Throwable cause) {
        faults.increment();
        LOGGER.warn("{}; tried again", what, cause);
    }

    @Override
    public void deleted(String segment, long size) {
        deleted.increment();
        LOGGER.info("segment={} bytes={} deleted: nobody needs its events", segment, size);
    }

    @Override
    public void lagging(String cursor, long lag) {
        LOGGER.warn("cursor={} is {} bytes behind and keeps the log from shrinking", cursor, lag);
    }

    @Override
    public void evicted(String cursor, String why) {
        evicted.increment();
        LOGGER.warn("cursor={} removed: {}; its reader must begin anew", cursor, why);
    }
}
