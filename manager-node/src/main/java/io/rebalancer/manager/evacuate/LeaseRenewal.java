package io.rebalancer.manager.evacuate;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the journal confirm the lease of a job that stores nothing: what it stores confirms it anyway. Asks one question at
 * a time, however long the journal takes. For the job's own thread.
 */
final class LeaseRenewal {
    /** How often to call {@link #renew}. */
    static final Duration EVERY = Lease.VALID.dividedBy(4);

    private static final Duration WORTH_SAYING = Duration.ofSeconds(5);
    private static final Logger LOGGER = LoggerFactory.getLogger(LeaseRenewal.class);

    private final UUID jobId;
    private final Lease lease;
    private final LongFunction<CompletionStage<Boolean>> endsWith;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile String reason = "it has not been asked yet";
    private boolean said;

    /** @param endsWith asks the journal whether the event with that sequence number is the job's last */
    LeaseRenewal(UUID jobId, Lease lease, LongFunction<CompletionStage<Boolean>> endsWith) {
        this.jobId = jobId;
        this.lease = lease;
        this.endsWith = endsWith;
    }

    /** @param last sequence number of the last event that this incarnation knows */
    void renew(long last) {
        if (lease.age().compareTo(EVERY) < 0) {
            said = false;
            return;
        }
        if (asking.compareAndSet(false, true)) {
            reason = "it does not answer";
            long asked = lease.now();
            endsWith.apply(last).whenComplete((ends, failure) -> {
                if (failure != null) {
                    reason = String.valueOf(Backoff.unwrap(failure).getMessage());
                } else if (ends) {
                    lease.proven(asked);
                } else {
                    reason = "it holds events that this incarnation has not stored";
                }
                asking.set(false);
            });
        }
        if (!said && lease.age().compareTo(WORTH_SAYING) > 0) {
            said = true;
            LOGGER.warn(
                    "job={} writes no metadata: its journal has not confirmed for {} that this is its latest"
                            + " incarnation ({})",
                    jobId,
                    lease.age(),
                    reason);
        }
    }
}
