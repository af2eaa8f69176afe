package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.Verification;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** When the next pass of a job begins. Counted from the stored end of the last pass, so a take-over neither drops nor repeats the delay. */
final class PassSchedule {
    private final Supplier<EvacuateSettings> settings;
    private final Clock clock;

    PassSchedule(Supplier<EvacuateSettings> settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** The time until the next pass; zero if it is due. */
    Duration untilNextPass(JobState job) {
        Duration delay = delay(job);
        Instant now = clock.instant();
        Duration passed = Duration.between(job.passes().finishedAt().orElse(now), now);
        return passed.compareTo(delay) < 0 ? delay.minus(passed) : Duration.ZERO;
    }

    /** The wait for the next pass; empty unless the job is between two passes. */
    Optional<JobWait> waiting(JobState job) {
        if (job.phase() != JobPhase.WAITING) {
            return Optional.empty();
        }
        return job.passes()
                .finishedAt()
                .map(since -> new JobWait(
                        JobWait.Cause.NEXT_PASS,
                        since,
                        Optional.of(since.plus(delay(job))),
                        "pass " + job.passes().number() + " left "
                                + job.outcomes().unmoved().total() + " records; the next pass tries again"));
    }

    /** After a verification that found rows there is always a delay: the pass before it settled everything it found. */
    private Duration delay(JobState job) {
        boolean refuted =
                job.verification().filter(Verification::needsAnotherPass).isPresent();
        int fruitless = job.passes().fruitlessInARow();
        return settings.get().passDelay().after(refuted ? Math.max(1, fruitless) : fruitless);
    }
}
