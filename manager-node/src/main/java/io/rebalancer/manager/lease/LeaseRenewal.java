package io.rebalancer.manager.lease;

import io.rebalancer.cluster.async.Failures;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the lease of a job or run that stores no events for a while. Asks the journal one question at a time, however long the
 * reply takes. For the thread of its owner.
 */
public final class LeaseRenewal {
    /** How often to call {@link #renew}. */
    public static final Duration INTERVAL = Lease.VALID.dividedBy(4);

    private static final Duration WARNING_AGE = Duration.ofSeconds(5);
    private static final Logger LOGGER = LoggerFactory.getLogger(LeaseRenewal.class);

    private final String owner;
    private final Lease lease;
    private final LongFunction<CompletionStage<Boolean>> endsWith;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile String reason = "it has not been queried yet";
    private boolean warned;

    /**
     * @param owner whose lease it is, such as {@code job=ID}
     * @param endsWith asks the journal whether the event with this sequence number is the last one of the owner
     */
    public LeaseRenewal(String owner, Lease lease, LongFunction<CompletionStage<Boolean>> endsWith) {
        this.owner = owner;
        this.lease = lease;
        this.endsWith = endsWith;
    }

    /** @param last sequence number of the last event that this incarnation knows */
    public void renew(long last) {
        if (lease.age().compareTo(INTERVAL) < 0) {
            warned = false;
            return;
        }
        if (asking.compareAndSet(false, true)) {
            ask(last);
        }
        if (!warned && lease.age().compareTo(WARNING_AGE) > 0) {
            warned = true;
            LOGGER.warn(
                    "{} writes no metadata: for {} the journal has not confirmed that this is its latest incarnation ({})",
                    owner,
                    lease.age(),
                    reason);
        }
    }

    private void ask(long last) {
        reason = "it does not reply";
        long askedAt = lease.now();
        endsWith.apply(last).whenComplete((ends, failure) -> {
            if (failure != null) {
                reason = String.valueOf(Failures.rootCause(failure).getMessage());
            } else if (ends) {
                lease.prove(askedAt);
            } else {
                reason = "it holds events that this incarnation has not stored";
            }
            asking.set(false);
        });
    }
}
