package io.rebalancer.playground.cluster;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chooses which messages between members are lost. Each stream between two members has a separate random sequence, so the
 * same seed loses the same messages of a stream that carries the same messages. Thread-safe.
 */
final class MessageLoss {
    private final long seed;
    private final Map<String, Random> randomOf = new ConcurrentHashMap<>();
    private final AtomicLong lost = new AtomicLong();
    private volatile double share;

    MessageLoss(long seed) {
        this.seed = seed;
    }

    /** @param lostShare share of the messages that are lost from now on, 0 to 1 */
    void setShare(double lostShare) {
        share = lostShare;
    }

    double share() {
        return share;
    }

    /** Whether the next message from one member to another is lost. Counts those that are. */
    boolean losesNext(String from, String to, int stream) {
        double current = share;
        if (current <= 0) {
            return false;
        }
        String name = from + ">" + to + "#" + stream;
        boolean loses = randomOf.computeIfAbsent(name, each -> new Random(seed * 31 + each.hashCode()))
                        .nextDouble()
                < current;
        if (loses) {
            lost.incrementAndGet();
        }
        return loses;
    }

    /** Number of messages lost so far. */
    long lost() {
        return lost.get();
    }
}
