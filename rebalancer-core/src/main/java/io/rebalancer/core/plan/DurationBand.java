package io.rebalancer.core.plan;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How long a job may take, from the rates of earlier jobs.
 *
 * @param shortest with the rate of the fastest of them; empty if no rate is known
 * @param longest with the rate of the slowest of them; empty if no rate is known
 * @param basis where the rates come from, or why none is known
 */
public record DurationBand(Optional<Duration> shortest, Optional<Duration> longest, String basis) {
    /** Smaller jobs mostly wait, so their rates mean little. */
    public static final long MIN_RECORDS = 100;

    /** What an earlier job did, with all of its waits. */
    public record EarlierJob(long records, long bytes, Duration took) {}

    /** @param why one line that begins with "unknown, because" */
    public static DurationBand unknown(String why) {
        return new DurationBand(Optional.empty(), Optional.empty(), why);
    }

    /** @param jobs earlier jobs that are done */
    public static DurationBand of(long objects, long bytes, List<EarlierJob> jobs) {
        List<Duration> durations = jobs.stream()
                .filter(job -> job.records() >= MIN_RECORDS
                        && job.bytes() > 0
                        && job.took().toMillis() > 0)
                .map(job -> scaled(objects, bytes, job))
                .sorted(Comparator.naturalOrder())
                .toList();
        if (durations.isEmpty()) {
            return unknown(
                    "unknown, because no job that moved at least " + MIN_RECORDS + " records has emptied its node yet");
        }
        return new DurationBand(
                Optional.of(durations.get(0)),
                Optional.of(durations.get(durations.size() - 1)),
                (durations.size() == 1
                                ? "the rate of the last job"
                                : "the rates of the last " + durations.size() + " jobs")
                        + " that emptied a storage node, with all waits");
    }

    /** The same band, as that of jobs for several storage nodes that do not run at the same time. */
    public DurationBand forSeveralJobs() {
        return shortest.isEmpty()
                ? this
                : new DurationBand(shortest, longest, basis + ", one storage node after the other");
    }

    /** Objects or bytes limit a job, whatever takes longer. */
    private static Duration scaled(long objects, long bytes, EarlierJob job) {
        double factor = Math.max((double) objects / job.records(), (double) bytes / job.bytes());
        return Duration.ofSeconds((long) Math.ceil(job.took().toMillis() * factor / 1000));
    }
}
