package io.rebalancer.core.rates;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a job did, step by step. A step in which it did nothing is there, with zeros.
 *
 * @param range the steps
 * @param counts of each step, oldest first
 * @param recordedSince when the counting began, if the job is older than that
 * @param behindSince since when events of the job can't be counted; later steps lack them. Empty if they can
 */
public record RateHistory(
        RateRange range, List<RateCounts> counts, Optional<Instant> recordedSince, Optional<Instant> behindSince) {

    public RateHistory {
        counts = List.copyOf(counts);
        if (counts.size() != range.steps()) {
            throw new IllegalArgumentException(counts.size() + " counts for " + range.steps() + " steps");
        }
    }

    /** The history of a job of which nothing is known yet. */
    public static RateHistory empty(Instant now) {
        return new RateHistory(
                new RateRange(now, now, Duration.ofMinutes(1)), List.of(), Optional.empty(), Optional.empty());
    }
}
