package io.rebalancer.core.evacuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which pass the job is in, and how useful the passes are.
 *
 * @param number the current or last pass, 0 before the first
 * @param scope the records that the pass visits
 * @param fruitlessInARow consecutive passes that settled nothing
 * @param settledBefore the settled records when the pass began
 * @param fruitlessSince when the first of those passes began, or the job was held until, or when the current pass began if there are none;
 *     empty before the first pass
 * @param finishedAt when the last pass or verification ended; empty if an earlier build ended it, or none has
 * @param estimates estimates of the end of the pass
 * @param retry the exceptions that an operator orders to retry
 */
public record PassProgress(
        int number,
        PassScope scope,
        int fruitlessInARow,
        SettledCounts settledBefore,
        Optional<Instant> fruitlessSince,
        Optional<Instant> finishedAt,
        EndEstimates estimates,
        ExceptionRetry retry) {
    public static final PassProgress NONE = new PassProgress(
            0,
            PassScope.ALL_RECORDS,
            0,
            SettledCounts.ZERO,
            Optional.empty(),
            Optional.empty(),
            EndEstimates.NONE,
            ExceptionRetry.NONE);

    /** Whether passes have settled nothing for at least {@code pressureTimeout}. */
    boolean isFruitlessFor(Duration pressureTimeout, Instant now) {
        return fruitlessSince
                .filter(since -> Duration.between(since, now).compareTo(pressureTimeout) < 0)
                .isEmpty();
    }

    /** @param outcomes before the event */
    PassProgress after(JobEvent event, Outcomes outcomes) {
        EndEstimates estimated = estimates.after(event);
        ExceptionRetry next = retry.after(event, outcomes.unmoved());
        if (event instanceof JobEvent.PassStarted e) {
            boolean begins = fruitlessInARow == 0 || fruitlessSince.isEmpty();
            Optional<Instant> since = begins ? Optional.of(e.at()) : fruitlessSince;
            return new PassProgress(
                    e.pass(), e.scope(), fruitlessInARow, outcomes.settled(), since, finishedAt, estimated, next);
        }
        if (event instanceof JobEvent.PassFinished e) {
            int fruitless = fruitlessAfterPass(outcomes.settled());
            return new PassProgress(number, scope, fruitless, settledBefore, fruitlessSince, e.at(), estimated, next);
        }
        Optional<Instant> finished =
                event instanceof JobEvent.VerificationFinished e ? Optional.of(e.at()) : finishedAt;
        return new PassProgress(
                number, scope, fruitlessInARow, settledBefore, fruitlessAfterHold(event), finished, estimated, next);
    }

    /** Nothing could be settled while the job was held, so that time does not count. */
    private Optional<Instant> fruitlessAfterHold(JobEvent event) {
        if (event instanceof JobEvent.JobResumed e) {
            return fruitlessSince.map(earlier -> e.at());
        }
        return event instanceof JobEvent.WindowOpened e ? fruitlessSince.map(earlier -> e.at()) : fruitlessSince;
    }

    /** A pass that an operator ordered brings the end of the job no nearer. */
    private int fruitlessAfterPass(SettledCounts settled) {
        if (settled.total() > settledBefore.total()) {
            return 0;
        }
        return scope == PassScope.SELECTED_RECORDS ? fruitlessInARow : fruitlessInARow + 1;
    }
}
