package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How fast an address may guess, on a clock that the test sets. */
class FailedLoginsTest {
    private static final int GUESSES = 10_000;

    private final AtomicLong nanos = new AtomicLong();
    private final FailedLogins failures = new FailedLogins(nanos::get);

    private static Optional<InetAddress> address(String text) throws Exception {
        return Optional.of(InetAddress.getByName(text));
    }

    private int guess(Optional<InetAddress> address) {
        if (!failures.mayTry(address)) {
            return 0;
        }
        failures.failed(address);
        return 1;
    }

    @Test
    void aDictionaryOfGuessesIsSlowedDownAndOthersAreNot() throws Exception {
        int tried = 0;
        for (int i = 0; i < GUESSES; i++) {
            tried += guess(address("192.0.2.1"));
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertThat(tried).as("in ten seconds").isBetween(50, 60);
        assertThat(failures.mayTry(address("192.0.2.2"))).isTrue();
    }

    @Test
    void aClientHasAWholeNetworkOfIpv6() throws Exception {
        int tried = 0;
        for (int i = 0; i < 100; i++) {
            tried += guess(address("2001:db8::" + Integer.toHexString(i)));
        }
        assertThat(tried).isEqualTo(5);
        assertThat(failures.mayTry(address("2001:db8:0:1::1"))).isTrue();
    }

    @Test
    void aTokenThatTheAddressHasUsedIsKnown() throws Exception {
        UUID token = new UUID(0, 1);
        assertThat(failures.hasUsed(address("192.0.2.1"), token)).isFalse();
        failures.succeeded(address("192.0.2.1"), token);
        assertThat(failures.hasUsed(address("192.0.2.1"), token)).isTrue();
        assertThat(failures.hasUsed(address("192.0.2.2"), token)).isFalse();
    }

    @Test
    void addressesInAnyNumberNeedBoundedMemory() throws Exception {
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 25_000; j++) {
                guess(Optional.of(InetAddress.getByAddress(new byte[] {10, (byte) i, (byte) (j >> 8), (byte) j})));
            }
        }
        assertThat(failures.remembered()).isEqualTo(10_000);
    }
}
