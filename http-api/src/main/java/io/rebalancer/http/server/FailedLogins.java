package io.rebalancer.http.server;

import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Slows down who guesses tokens: after five failures at once, an address has five attempts in a second. An attempt with a
 * token that the address has used before is always free, so a client is not locked out by another one behind its address.
 */
public final class FailedLogins {
    private static final double BURST = 5;
    private static final double PER_SECOND = 5;

    private final Allowances attempts;
    private final Map<Use, Boolean> uses = new Remembered<>();

    private record Use(String address, UUID token) {}

    /** @param nanos the time, from any origin */
    public FailedLogins(LongSupplier nanos) {
        this.attempts = new Allowances(nanos, BURST, PER_SECOND);
    }

    /** Whether the address may try another token now. */
    public boolean mayTry(Optional<InetAddress> address) {
        return attempts.isLeft(address);
    }

    /** The address has sent a token that is not accepted. */
    public void failed(Optional<InetAddress> address) {
        attempts.take(address);
    }

    /** The address has sent a token that is accepted. */
    synchronized void succeeded(Optional<InetAddress> address, UUID token) {
        uses.put(new Use(Allowances.key(address), token), true);
    }

    /** Whether the address has sent this token before. */
    synchronized boolean hasUsed(Optional<InetAddress> address, UUID token) {
        return uses.containsKey(new Use(Allowances.key(address), token));
    }

    int remembered() {
        return attempts.remembered();
    }
}
