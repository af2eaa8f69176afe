package io.rebalancer.persistence.readside;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/** How far the tables are behind the journal. */
final class ProjectionMetrics {
    private final Counter events = Kamon.counter("rebalancer.projection.events").withoutTags();
    private final Counter failures =
            Kamon.counter("rebalancer.projection.failures").withoutTags();
    private volatile Instant failingSince = Instant.MAX;
    private volatile double lagSeconds;

    ProjectionMetrics() {
        Consumer<Gauge> lag = gauge -> gauge.update(lagSeconds());
        Kamon.gauge("rebalancer.projection.lag", MeasurementUnit.time().seconds())
                .withoutTags()
                .autoUpdate(lag);
    }

    /** So many events are in the tables, the last of which was stored in the journal at {@code at}. */
    void stored(int count, Instant at) {
        events.increment(count);
        failingSince = Instant.MAX;
        lagSeconds = seconds(at);
    }

    void failed() {
        failures.increment();
        if (failingSince.equals(Instant.MAX)) {
            failingSince = Instant.now();
        }
    }

    /** Of the last event taken in; grows while none can be. */
    private double lagSeconds() {
        return failingSince.equals(Instant.MAX) ? lagSeconds : lagSeconds + seconds(failingSince);
    }

    private static double seconds(Instant since) {
        return Math.max(0, Duration.between(since, Instant.now()).toMillis() / 1000.0);
    }
}
