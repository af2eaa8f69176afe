package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Notices that nothing comes of a pass: no record is settled or given up, and no shard is read further. Only kept in memory, so a
 * restarted job has its time again.
 */
final class ProgressWatch {
    private final Supplier<Duration> timeout;
    private final Clock clock;
    private Instant lastProgress;

    /** @param timeout after which a pass is stalled; it may change */
    ProgressWatch(Supplier<Duration> timeout, Clock clock) {
        this.timeout = timeout;
        this.clock = clock;
        this.lastProgress = clock.instant();
    }

    /** When a pass last settled a record, gave one up, or read a shard further; the start of the pass if none did. */
    Instant lastProgress() {
        return lastProgress;
    }

    /** Compares two states of the job; the order that follows, if the job was stalled. */
    Optional<JobCommand> follow(JobState before, JobState after) {
        boolean progress =
                !after.outcomes().equals(before.outcomes()) || !after.scan().equals(before.scan());
        if (progress || !after.phase().runsPass() || !before.phase().runsPass()) {
            lastProgress = clock.instant();
        }
        return progress && after.phase() == JobPhase.STALLED
                ? Optional.of(new JobCommand.MarkProgress())
                : Optional.empty();
    }

    /**
     * The order that follows if nothing has come of the pass for too long.
     *
     * @param waits what the job waits for, the longest first
     */
    Optional<JobCommand> due(JobState job, List<JobWait> waits) {
        Instant now = clock.instant();
        if (job.phase() != JobPhase.RUNNING
                || Duration.between(lastProgress, now).compareTo(timeout.get()) < 0) {
            return Optional.empty();
        }
        String cause = waits.isEmpty()
                ? "nothing is known to be waited for"
                : waits.get(0).detail();
        return Optional.of(
                new JobCommand.MarkStalled("nothing has come of the pass since " + lastProgress + ": " + cause));
    }
}
