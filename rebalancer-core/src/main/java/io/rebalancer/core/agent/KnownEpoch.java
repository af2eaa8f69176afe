package io.rebalancer.core.agent;

import java.time.Instant;
import java.util.Optional;

/**
 * What an agent knows of the incarnations of a job.
 *
 * @param epoch the highest epoch in the job's orders
 * @param since time of the first order with this epoch
 * @param pausedAt the epoch in the order to write nothing for the job; empty if the job is not paused. An assignment of a
 *     later epoch ends the pause
 */
public record KnownEpoch(long epoch, Instant since, Optional<Long> pausedAt) {

    /** Whether an assignment of this epoch must not be carried out, because the job was paused by the same incarnation. */
    boolean isPausedFor(long orderEpoch) {
        return pausedAt.filter(paused -> orderEpoch <= paused).isPresent();
    }

    KnownEpoch raisedTo(long next, Instant at) {
        return new KnownEpoch(next, at, pausedAt);
    }

    KnownEpoch paused(long at) {
        return new KnownEpoch(epoch, since, Optional.of(at));
    }

    KnownEpoch continued() {
        return new KnownEpoch(epoch, since, Optional.empty());
    }
}
