package io.rebalancer.http.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What each address may do at a time: a number at once, and so many in a second after that. Thread-safe. */
final class Allowances {
    private static final double NANOS_PER_SECOND = 1e9;
    /** A client has at least so many of the leading bytes of an IPv6 address for its own use. */
    private static final int IPV6_BYTES = 8;

    private final LongSupplier nanos;
    private final double burst;
    private final double perSecond;
    private final Map<String, Allowance> allowances = new Remembered<>();

    /** What is left to an address at a time. */
    private record Allowance(double left, long at) {}

    /** @param nanos the time, from any origin */
    Allowances(LongSupplier nanos, double burst, double perSecond) {
        this.nanos = nanos;
        this.burst = burst;
        this.perSecond = perSecond;
    }

    /** Whether the address has something left. */
    synchronized boolean isLeft(Optional<InetAddress> address) {
        return now(key(address)).left() >= 1;
    }

    /** Takes one, also if nothing is left. */
    synchronized void take(Optional<InetAddress> address) {
        String key = key(address);
        Allowance now = now(key);
        allowances.put(key, new Allowance(now.left() - 1, now.at()));
    }

    /** Takes one if something is left. */
    synchronized boolean tryTake(Optional<InetAddress> address) {
        boolean left = isLeft(address);
        if (left) {
            take(address);
        }
        return left;
    }

    synchronized int remembered() {
        return allowances.size();
    }

    private Allowance now(String key) {
        long now = nanos.getAsLong();
        Allowance known = allowances.get(key);
        return known == null
                ? new Allowance(burst, now)
                : new Allowance(Math.min(burst, known.left() + (now - known.at()) / NANOS_PER_SECOND * perSecond), now);
    }

    /** The network of a client: what shares its allowance. */
    static String key(Optional<InetAddress> address) {
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
