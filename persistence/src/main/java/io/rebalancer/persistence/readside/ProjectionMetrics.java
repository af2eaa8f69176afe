package io.rebalancer.persistence.readside;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/** How far the read side is behind the journal, and for how many jobs it fails. */
final class ProjectionMetrics {
    private static final Duration COUNTS_FOR = Duration.ofMinutes(1);

    private final Counter events = Kamon.counter("rebalancer.projection.events").withoutTags();
    private final Counter failures =
            Kamon.counter("rebalancer.projection.failures").withoutTags();
    private final Counter deletedEvents =
            Kamon.counter("rebalancer.journal.deleted-events").withoutTags();
    private final Counter deletionFailures =
            Kamon.counter("rebalancer.journal.deletion-failures").withoutTags();
    private final Map<String, Instant> failingSince = new ConcurrentHashMap<>();
    private final Clock clock;
    private volatile Write lastWrite = new Write(0, Instant.EPOCH);

    private record Write(double lagSeconds, Instant at) {}

    ProjectionMetrics() {
        this(Clock.systemUTC());
    }

    ProjectionMetrics(Clock clock) {
        this.clock = clock;
        Consumer<Gauge> lag = gauge -> gauge.update(lagSeconds());
        Kamon.gauge("rebalancer.projection.lag", MeasurementUnit.time().seconds())
                .withoutTags()
                .autoUpdate(lag);
        Consumer<Gauge> failing = gauge -> gauge.update(failingSince.size());
        Kamon.gauge("rebalancer.projection.failing").withoutTags().autoUpdate(failing);
    }

    /**
     * Events were written to the tables.
     *
     * @param lastStoredAt when the journal stored the last of them
     */
    void recordWrite(int count, Instant lastStoredAt) {
        events.increment(count);
        lastWrite = new Write(secondsSince(lastStoredAt), clock.instant());
    }

    /** Events that are no longer needed were deleted from the journal. */
    void recordDeletion(long count) {
        deletedEvents.increment(count);
    }

    /** Events that are no longer needed could not be deleted. */
    void recordDeletionFailure() {
        deletionFailures.increment();
    }

    /** @param since when the first of the attempts failed that have failed in a row */
    void recordFailure(String persistenceId, Instant since) {
        failures.increment();
        failingSince.put(persistenceId, since);
    }

    /** The events of {@code persistenceId} are projected again, or by another member. */
    void recordRecovery(String persistenceId) {
        failingSince.remove(persistenceId);
    }

    /** The projector stops: another member reports the lag from now on. */
    void recordStop() {
        failingSince.clear();
        lastWrite = new Write(0, Instant.EPOCH);
    }

    /**
     * The lag of the last write, or the age of the oldest failure if that is larger. A write counts for a minute: after that,
     * nothing waits, and the lag of a rebuild must not be reported until the next event.
     */
    double lagSeconds() {
        Write last = lastWrite;
        double ofWrite = secondsSince(last.at()) < COUNTS_FOR.toSeconds() ? last.lagSeconds() : 0;
        return failingSince.values().stream().mapToDouble(this::secondsSince).reduce(ofWrite, Math::max);
    }

    private double secondsSince(Instant time) {
        return Math.max(0, Duration.between(time, clock.instant()).toMillis() / 1000.0);
    }
}
