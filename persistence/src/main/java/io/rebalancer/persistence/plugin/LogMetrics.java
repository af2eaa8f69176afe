package io.rebalancer.persistence.plugin;

import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.Timer;

/** What is measured of the log: how long writes take, what waits, what was refused, how large it is. */
final class LogMetrics {
    private final Timer writes = Kamon.timer("rebalancer.log.write").withoutTags();

    LogMetrics(EventLog log) {
        gauge("rebalancer.log.queued", gauge -> gauge.update(log.status().queued()));
        gauge("rebalancer.log.bytes", gauge -> gauge.update(log.status().bytes()));
        gauge("rebalancer.log.events", gauge -> gauge.update(log.status().events()));
        gauge("rebalancer.log.segments", gauge -> gauge.update(log.status().segments()));
    }

    private static void gauge(String name, Consumer<Gauge> look) {
        Kamon.gauge(name).withoutTags().autoUpdate(look);
    }

    /** The same write, measured. */
    <T> CompletionStage<T> timed(CompletionStage<T> write) {
        long begun = System.nanoTime();
        return write.whenComplete((done, failure) -> {
            if (failure == null) {
                writes.record(Duration.ofNanos(System.nanoTime() - begun));
            } else {
                Kamon.counter("rebalancer.log.failed")
                        .withTag("kind", kind(failure))
                        .increment();
            }
        });
    }

    private static String kind(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof LogException known ? known.kind().name().toLowerCase(Locale.ROOT) : "other";
    }
}
