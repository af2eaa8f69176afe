package io.rebalancer.persistence.readside;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/** How far the read side is behind the journal. */
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

    /**
     * Events were written to the tables.
     *
     * @param lastStoredAt when the journal stored the last of them
     */
    void recordWrite(int count, Instant lastStoredAt) {
        events.increment(count);
        failingSince = Instant.MAX;
        lagSeconds = secondsSince(lastStoredAt);
    }

    void recordFailure() {
        failures.increment();
        if (failingSince.equals(Instant.MAX)) {
            failingSince = Instant.now();
        }
    }

    /** The lag of the last write. It grows while writes fail. */
    private double lagSeconds() {
        return failingSince.equals(Instant.MAX) ? lagSeconds : lagSeconds + secondsSince(failingSince);
    }

    private static double secondsSince(Instant time) {
        return Math.max(0, Duration.between(time, Instant.now()).toMillis() / 1000.0);
    }
}
