package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.Verification;
import io.rebalancer.core.port.UnmovedRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * When the next pass of a job begins, and what it visits. Counted from the stored end of the last pass, so a take-over
 * neither drops nor repeats the delay.
 */
final class PassSchedule {
    /** After this time the pass scans all shards, so that a job does not depend on the read side. */
    private static final Duration LIST_PATIENCE = Duration.ofSeconds(30);

    private final Supplier<EvacuateSettings> settings;
    private final Clock clock;
    private final UnmovedRecords unmoved;
    private Optional<Instant> listAskedSince = Optional.empty();

    PassSchedule(Supplier<EvacuateSettings> settings, Clock clock, UnmovedRecords unmoved) {
        this.settings = settings;
        this.clock = clock;
        this.unmoved = unmoved;
    }

    /** What the next pass of a job visits that looks at selected exceptions only; empty if their list is not complete. */
    Optional<PassScope> scopeOfSelection(boolean listComplete) {
        if (!listComplete) {
            return Optional.empty();
        }
        listAskedSince = Optional.empty();
        return Optional.of(PassScope.UNMOVED_RECORDS);
    }

    /**
     * Whether the next pass can visit the unmoved records only: the list of them must include all events of the last pass.
     *
     * @param jobId the job that lists the records
     * @param revision number of its last event
     */
    CompletionStage<Boolean> isListComplete(UUID jobId, long revision) {
        listAskedSince = Optional.of(listAskedSince.orElseGet(clock::instant));
        return unmoved.includes(jobId, revision);
    }

    /** What the next pass visits; empty if the list was not complete and may be soon. */
    Optional<PassScope> scope(boolean listComplete) {
        if (listComplete) {
            listAskedSince = Optional.empty();
            return Optional.of(PassScope.UNMOVED_RECORDS);
        }
        Instant now = clock.instant();
        if (Duration.between(listAskedSince.orElse(now), now).compareTo(LIST_PATIENCE) < 0) {
            return Optional.empty();
        }
        listAskedSince = Optional.empty();
        return Optional.of(PassScope.ALL_RECORDS);
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
        if (job.phase() == JobPhase.SETUP) {
            return listAskedSince.map(since -> new JobWait(
                    JobWait.Cause.EXCEPTIONS_BEHIND,
                    since,
                    Optional.empty(),
                    "the list of exceptions that the job retries is not complete yet"));
        }
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
                                + job.outcomes().unmoved().total() + " records; the next pass tries "
                                + (job.passes().retry().hasOrder() ? "those that an operator ordered" : "again")));
    }

    /** None for an operator's order. After a verification that found rows there is always a delay: the pass before it settled everything it found. */
    private Duration delay(JobState job) {
        if (job.passes().retry().hasOrder()) {
            return Duration.ZERO;
        }
        boolean refuted =
                job.verification().filter(Verification::needsAnotherPass).isPresent();
        int fruitless = job.passes().fruitlessInARow();
        return settings.get().passDelay().after(refuted ? Math.max(1, fruitless) : fruitless);
    }
}
