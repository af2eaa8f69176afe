package io.rebalancer.http.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
    private static final double NANOS_PER_SECOND = 1e9;
    /** Addresses, and uses of tokens, that are remembered; the least recently used is forgotten. */
    private static final int MAX_REMEMBERED = 10_000;
    /** A client has at least so many of the leading bytes of an IPv6 address for its own use. */
    private static final int IPV6_BYTES = 8;

    private final LongSupplier nanos;
    private final Map<String, Allowance> allowances = new Remembered<>();
    private final Map<Use, Boolean> uses = new Remembered<>();

    private record Use(String address, UUID token) {}

    /** Attempts that an address has left at a time. */
    private record Allowance(double left, long at) {
        Allowance at(long now) {
            return new Allowance(Math.min(BURST, left + (now - at) / NANOS_PER_SECOND * PER_SECOND), now);
        }
    }

    private static final class Remembered<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        Remembered() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MAX_REMEMBERED;
        }
    }

    /** @param nanos the time, from any origin */
    public FailedLogins(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether the address may try another token now. */
    public synchronized boolean mayTry(Optional<InetAddress> address) {
        return allowance(key(address)).left() >= 1;
    }

    /** The address has sent a token that is not accepted. */
    public synchronized void failed(Optional<InetAddress> address) {
        String key = key(address);
        Allowance now = allowance(key);
        allowances.put(key, new Allowance(now.left() - 1, now.at()));
    }

    /** The address has sent a token that is accepted. */
    synchronized void succeeded(Optional<InetAddress> address, UUID token) {
        uses.put(new Use(key(address), token), true);
    }

    /** Whether the address has sent this token before. */
    synchronized boolean hasUsed(Optional<InetAddress> address, UUID token) {
        return uses.containsKey(new Use(key(address), token));
    }

    synchronized int remembered() {
        return allowances.size();
    }

    private Allowance allowance(String key) {
        long now = nanos.getAsLong();
        Allowance known = allowances.get(key);
        return known == null ? new Allowance(BURST, now) : known.at(now);
    }

    private static String key(Optional<InetAddress> address) {
        if (address.isPresent() && address.get() instanceof Inet6Address v6) {
            byte[] network = Arrays.copyOf(Arrays.copyOf(v6.getAddress(), IPV6_BYTES), v6.getAddress().length);
            try {
                return InetAddress.getByAddress(network).getHostAddress();
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address has the length of an address", e);
            }
        }
        return address.map(InetAddress::getHostAddress).orElse("unknown address");
    }
}
