package io.rebalancer.core.evacuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which pass the job is in, and how useful the passes are.
 *
 * @param number the current or last pass, 0 before the first
 * @param scope the records that the pass visits
 * @param fruitlessInARow consecutive passes that settled nothing
 * @param settledBefore the settled records when the pass began
 * @param fruitlessSince when the first of those passes began, or the job was resumed since, or when the current pass began if there are none; empty
 *     before the first pass
 * @param estimates estimates of the end of the current pass, or else of the last pass that had some
 * @param finishedAt when the last pass or verification ended; empty if an earlier build ended it, or none has
 */
public record PassProgress(
        int number,
        PassScope scope,
        int fruitlessInARow,
        SettledCounts settledBefore,
        Optional<Instant> fruitlessSince,
        Optional<Instant> finishedAt,
        List<EndEstimate> estimates) {
    /** Estimates of a pass that are kept at most. */
    private static final int MAX_ESTIMATES = 10;

    public static final PassProgress NONE = new PassProgress(
            0, PassScope.ALL_RECORDS, 0, SettledCounts.ZERO, Optional.empty(), Optional.empty(), List.of());

    public PassProgress {
        estimates = List.copyOf(estimates);
    }

    /** Whether passes have settled nothing for at least {@code pressureTimeout}. */
    boolean isFruitlessFor(Duration pressureTimeout, Instant now) {
        return fruitlessSince
                .filter(since -> Duration.between(since, now).compareTo(pressureTimeout) < 0)
                .isEmpty();
    }

    /** @param settled the settled records before the event */
    PassProgress after(JobEvent event, SettledCounts settled) {
        if (event instanceof JobEvent.PassStarted e) {
            boolean begins = fruitlessInARow == 0 || fruitlessSince.isEmpty();
            Optional<Instant> since = begins ? Optional.of(e.at()) : fruitlessSince;
            return new PassProgress(e.pass(), e.scope(), fruitlessInARow, settled, since, finishedAt, estimates);
        }
        if (event instanceof JobEvent.PassFinished e) {
            boolean fruitful = settled.total() > settledBefore.total();
            return new PassProgress(
                    number,
                    scope,
                    fruitful ? 0 : fruitlessInARow + 1,
                    settledBefore,
                    fruitlessSince,
                    e.at(),
                    ended(e.at()));
        }
        if (event instanceof JobEvent.JobResumed e) {
            return heldUntil(e.at());
        }
        if (event instanceof JobEvent.WindowOpened e) {
            return heldUntil(e.at());
        }
        if (event instanceof JobEvent.EndEstimated e) {
            return with(kept(e.estimate()));
        }
        return event instanceof JobEvent.VerificationFinished e
                ? new PassProgress(
                        number, scope, fruitlessInARow, settledBefore, fruitlessSince, Optional.of(e.at()), estimates)
                : this;
    }

    /** Nothing could be settled meanwhile, so that time does not count. */
    private PassProgress heldUntil(Instant end) {
        return new PassProgress(
                number, scope, fruitlessInARow, settledBefore, fruitlessSince.map(since -> end), finishedAt, estimates);
    }

    private PassProgress with(List<EndEstimate> changed) {
        return new PassProgress(number, scope, fruitlessInARow, settledBefore, fruitlessSince, finishedAt, changed);
    }

    private List<EndEstimate> ended(Optional<Instant> at) {
        return at.map(end -> estimates.stream().map(each -> each.endingAt(end)).toList())
                .orElse(estimates);
    }

    /** The first estimate of a pass takes the place of those of an earlier pass. */
    private List<EndEstimate> kept(EndEstimate latest) {
        return Stream.concat(estimates.stream().filter(each -> each.endedAt().isEmpty()), Stream.of(latest))
                .limit(MAX_ESTIMATES)
                .toList();
    }
}
