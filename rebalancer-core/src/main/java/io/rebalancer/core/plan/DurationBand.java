package io.rebalancer.core.plan;

import io.rebalancer.core.estimate.EstimateRules;
import io.rebalancer.core.settings.OpenTime;
import io.rebalancer.core.settings.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How long a job may take, from what earlier jobs took. One job in ten is shorter than the band, and one in ten is longer. The band
 * is wide while there are few earlier jobs, or if these differ from each other or were of other sizes.
 *
 * @param shortest nine jobs out of ten take longer; empty if no rate is known
 * @param longest nine jobs out of ten take less; empty if no rate is known
 * @param basis where the rates come from, or why none is known
 */
public record DurationBand(Optional<Duration> shortest, Optional<Duration> longest, String basis) {
    /** Smaller jobs mostly wait, so their rates mean little. */
    public static final long MIN_RECORDS = 100;

    /** How much durations of equal jobs are taken to differ before there are several: the logarithm's standard deviation. */
    private static final double ASSUMED_DEVIATION = 0.5;
    /** That assumption counts as much as so many jobs. */
    private static final int WEIGHT_OF_ASSUMPTION = 2;
    /** A job that is e times as large takes up to so much more or less than e times as long, as a logarithm. */
    private static final double ERROR_OF_SCALING = 0.3;

    /** Each job counts less than the next one by this factor, because fleets and settings change. */
    private static final double WEIGHT_OF_EARLIER = 0.75;

    /** What an earlier job did, with all of its waits. */
    public record EarlierJob(long records, long bytes, Duration took) {}

    /**
     * The duration of an earlier job, scaled to the planned one. Errors of durations multiply, so all is in logarithms.
     *
     * @param log of the scaled duration in seconds
     * @param scalingError standard deviation that the scaling adds
     * @param recency 1 for the last job, and less for earlier ones
     */
    private record Sample(double log, double scalingError, double recency) {
        double weight() {
            return recency / (ASSUMED_DEVIATION * ASSUMED_DEVIATION + scalingError * scalingError);
        }
    }

    /** @param why one line that begins with "unknown, because" */
    public static DurationBand unknown(String why) {
        return new DurationBand(Optional.empty(), Optional.empty(), why);
    }

    /** @param jobs earlier jobs that are done, the last one first */
    public static DurationBand of(long objects, long bytes, List<EarlierJob> jobs) {
        List<EarlierJob> usable = jobs.stream()
                .filter(job -> job.records() >= MIN_RECORDS
                        && job.bytes() > 0
                        && job.took().toMillis() > 0)
                .toList();
        List<Sample> samples = IntStream.range(0, usable.size())
                .mapToObj(each -> scaled(objects, bytes, usable.get(each), Math.pow(WEIGHT_OF_EARLIER, each)))
                .toList();
        if (samples.isEmpty()) {
            return unknown(
                    "unknown, because no job that moved at least " + MIN_RECORDS + " records has emptied its node yet");
        }
        double weights = samples.stream().mapToDouble(Sample::weight).sum();
        double mean =
                samples.stream().mapToDouble(each -> each.weight() * each.log()).sum() / weights;
        double scaling = samples.stream()
                        .mapToDouble(each -> each.weight() * each.scalingError() * each.scalingError())
                        .sum()
                / weights;
        double recent = samples.stream().mapToDouble(Sample::recency).sum();
        double deviation = Math.sqrt(variance(samples, mean) * (1 + 1 / recent) + scaling);
        return new DurationBand(
                Optional.of(Duration.ofSeconds(
                        (long) Math.floor(Math.exp(mean - EstimateRules.NINE_OUT_OF_TEN * deviation)))),
                Optional.of(Duration.ofSeconds(
                        (long) Math.ceil(Math.exp(mean + EstimateRules.NINE_OUT_OF_TEN * deviation)))),
                (samples.size() == 1 ? "the rate of the last job" : "the rates of the last " + samples.size() + " jobs")
                        + " that emptied a storage node, with all waits; eight jobs out of ten take so long, and half of them"
                        + " less than " + String.format(Locale.ROOT, "%.0f s", Math.exp(mean)));
    }

    private static double variance(List<Sample> samples, double mean) {
        double squares = samples.stream()
                .mapToDouble(each -> (each.log() - mean) * (each.log() - mean))
                .sum();
        double assumed = WEIGHT_OF_ASSUMPTION * ASSUMED_DEVIATION * ASSUMED_DEVIATION;
        return (assumed + squares) / (WEIGHT_OF_ASSUMPTION + samples.size() - 1);
    }

    /** This band of uninterrupted work on one storage node, as that of the jobs of {@code order}, which begin at {@code start}. */
    public DurationBand of(PlanOrder order, Instant start) {
        DurationBand work = order.leaving().size() > 1 ? forSeveralJobs() : this;
        return order.scenario()
                .window()
                .map(window -> work.within(window, start))
                .orElse(work);
    }

    /** The same band, as that of jobs for several storage nodes that do not run at the same time. */
    private DurationBand forSeveralJobs() {
        return shortest.isEmpty()
                ? this
                : new DurationBand(shortest, longest, basis + ", one storage node after the other");
    }

    /**
     * The same band for a job that begins at {@code start} and works only while {@code window} is open. The earlier jobs are taken
     * to have worked without a window.
     */
    DurationBand within(Window window, Instant start) {
        if (shortest.isEmpty()) {
            return this;
        }
        Optional<Duration> earliest = until(window, start, shortest);
        Optional<Duration> latest = until(window, start, longest);
        return earliest.isEmpty() || latest.isEmpty()
                ? unknown("unknown, because the window " + window.text() + " is not open long enough within a year")
                : new DurationBand(
                        earliest,
                        latest,
                        basis + "; counted from " + start + " with work only in the window " + window.text());
    }

    private static Optional<Duration> until(Window window, Instant start, Optional<Duration> work) {
        return work.flatMap(time -> OpenTime.end(List.of(window), start, time))
                .map(end -> Duration.between(start, end));
    }

    /** Objects or bytes limit a job, whatever takes longer. */
    private static Sample scaled(long objects, long bytes, EarlierJob job, double recency) {
        double factor = Math.max((double) objects / job.records(), (double) bytes / job.bytes());
        double atLeastOneObject = Math.max(factor, 1.0 / job.records());
        double took = job.took().toMillis() / 1000.0;
        return new Sample(
                Math.log(took * atLeastOneObject), Math.abs(ERROR_OF_SCALING * Math.log(atLeastOneObject)), recency);
    }
}
