package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.text.StableWord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/**
 * The jobs that run on this manager, as gauges: how many in each phase, their assignments in flight, and the longest time since
 * the last progress of a pass. No label names a job, because the number of jobs has no bound. Thread-safe.
 */
final class JobGauges {
    private static final JobGauges OF_PROCESS = new JobGauges(Clock.systemUTC());

    private record Shown(JobPhase phase, int assignments, Optional<Instant> lastProgress) {}

    private final Clock clock;
    private final Map<UUID, Shown> active = new ConcurrentHashMap<>();

    JobGauges(Clock clock) {
        this.clock = clock;
    }

    /** The gauges of this process: its series exist once. */
    static JobGauges ofProcess() {
        return OF_PROCESS;
    }

    /** Registers the series of this process, once. */
    static void register() {
        for (JobPhase phase : JobPhase.values()) {
            if (phase != JobPhase.NONE && !phase.terminal()) {
                update(
                        Kamon.gauge("rebalancer.jobs").withTag("phase", StableWord.of(phase)),
                        jobs -> jobs.count(phase));
            }
        }
        update(Kamon.gauge("rebalancer.jobs.assignments").withoutTags(), JobGauges::assignments);
        update(
                Kamon.gauge(
                                "rebalancer.jobs.progress-age",
                                MeasurementUnit.time().seconds())
                        .withoutTags(),
                JobGauges::progressAgeSeconds);
    }

    private static void update(Gauge gauge, ToDoubleFunction<JobGauges> value) {
        Consumer<Gauge> updater = each -> each.update(value.applyAsDouble(OF_PROCESS));
        gauge.autoUpdate(updater);
    }

    /**
     * What the job is now. A job that has ended is not shown.
     *
     * @param lastProgress when its pass last settled a record or read a shard further
     */
    void show(UUID jobId, JobState job, Instant lastProgress) {
        if (job.phase() == JobPhase.NONE || job.phase().terminal()) {
            forget(jobId);
            return;
        }
        Optional<Instant> ofPass = job.phase().runsPass() ? Optional.of(lastProgress) : Optional.empty();
        active.put(jobId, new Shown(job.phase(), job.inFlight().count(), ofPass));
    }

    /** The job does not run on this manager any more. */
    void forget(UUID jobId) {
        active.remove(jobId);
    }

    long count(JobPhase phase) {
        return active.values().stream().filter(each -> each.phase() == phase).count();
    }

    long assignments() {
        return active.values().stream().mapToLong(Shown::assignments).sum();
    }

    /** The longest time since the last progress of a pass that runs, in seconds; 0 if none runs. */
    double progressAgeSeconds() {
        Instant now = clock.instant();
        return active.values().stream()
                .flatMap(each -> each.lastProgress().stream())
                .mapToDouble(last -> Math.max(0, Duration.between(last, now).toMillis() / 1000.0))
                .max()
                .orElse(0);
    }
}
