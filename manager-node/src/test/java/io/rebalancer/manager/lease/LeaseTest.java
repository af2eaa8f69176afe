package io.rebalancer.manager.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Lease lease = new Lease(nanos::get);

    @Test
    void aNewIncarnationWaitsUntilTheLeaseOfTheEarlierOneHasExpired() {
        lease.waitForEarlierIncarnation();
        lease.prove(lease.now());
        nanos.addAndGet(Lease.VALID.toNanos() - 1);
        lease.prove(lease.now());
        assertThat(lease.isHeld()).isFalse();
        nanos.addAndGet(1);
        assertThat(lease.isHeld()).isTrue();
    }

    /** While a process is frozen its clock continues; a late reply proves nothing about the present. */
    @Test
    void aProofIsAsOldAsItsQuestion() {
        long askedAt = lease.now();
        nanos.addAndGet(Lease.VALID.toNanos());
        lease.prove(askedAt);
        assertThat(lease.isHeld()).isFalse();
        lease.prove(lease.now());
        lease.prove(askedAt);
        assertThat(lease.isHeld()).isTrue();
    }
}
