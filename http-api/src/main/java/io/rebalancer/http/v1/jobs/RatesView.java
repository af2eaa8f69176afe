package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What a job did over time.
 *
 * @param from the begin of the first step
 * @param to the end of the last step
 * @param stepSeconds the length of a step, but for one in which the history begins or ends
 * @param recordedSince when the counting began, if the job is older; absent if all events are counted
 * @param behindSince since when the read side lacks events of the job; absent if it lacks none
 * @param steps oldest first
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record RatesView(
        UUID jobId,
        Instant from,
        Instant to,
        long stepSeconds,
        Optional<Instant> recordedSince,
        Optional<Instant> behindSince,
        List<StepView> steps) {
    private static final double MILLIS = 1000;

    /**
     * One step.
     *
     * @param at its begin
     * @param seconds the time that it covers
     */
    record StepView(
            Instant at, double seconds, @JsonUnwrapped AmountsView amounts) {}

    /** What the job did in a step. */
    record AmountsView(
            long placed,
            long copied,
            long copiedBytes,
            long relocated,
            long superseded,
            long gone,
            long duplicate,
            long skipped,
            long failed,
            long bytes) {

        static AmountsView of(RateCounts counts) {
            return new AmountsView(
                    counts.placed(),
                    counts.copied(),
                    counts.copiedBytes(),
                    counts.settled().relocated(),
                    counts.settled().superseded(),
                    counts.settled().gone(),
                    counts.settled().duplicate(),
                    counts.skipped(),
                    counts.failed(),
                    counts.settled().bytes());
        }
    }

    static RatesView of(UUID jobId, RateHistory history) {
        RateRange range = history.range();
        return new RatesView(
                jobId,
                range.from(),
                range.to(),
                range.step().toSeconds(),
                history.recordedSince(),
                history.behindSince(),
                IntStream.range(0, range.steps())
                        .mapToObj(step -> new StepView(
                                range.begin(step),
                                range.length(step).toMillis() / MILLIS,
                                AmountsView.of(history.counts().get(step))))
                        .toList());
    }
}
