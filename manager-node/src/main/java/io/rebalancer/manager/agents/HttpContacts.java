package io.rebalancer.manager.agents;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which agents replied over HTTP, and when an agent is to be probed again. An agent that is configured for HTTP, or that
 * replied recently, is probed often. Most other absent nodes have no HTTP agent, so they are probed with a growing
 * interval. Thread-safe. The size is bounded by the number of storage nodes.
 */
final class HttpContacts {
    static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);
    static final Duration MAX_PROBE_INTERVAL = Duration.ofMinutes(10);
    /** How long after its last reply an agent counts as used. */
    static final Duration RECENT = Duration.ofMinutes(10);

    private static final int MAX_DOUBLINGS = 16;

    private final Set<StorageNodeId> configured;
    private final LongSupplier nanoTime;
    private final Map<StorageNodeId, Contact> contacts = new ConcurrentHashMap<>();

    /**
     * The last contact with an agent.
     *
     * @param replied whether it replied
     * @param atNanos when it was tried
     * @param everReplied whether {@code repliedAtNanos} is set
     * @param failures attempts without a reply since then
     */
    private record Contact(boolean replied, long atNanos, boolean everReplied, long repliedAtNanos, int failures) {
        static final Contact NONE = new Contact(false, 0, false, 0, 0);

        Contact attemptedAt(long now) {
            return new Contact(replied, now, everReplied, repliedAtNanos, failures);
        }
    }

    /** @param configured nodes whose agents are reached over HTTP only */
    HttpContacts(Set<StorageNodeId> configured, LongSupplier nanoTime) {
        this.configured = Set.copyOf(configured);
        this.nanoTime = nanoTime;
    }

    /** Whether the agent replied to the last call. */
    boolean replied(StorageNodeId node) {
        return contacts.getOrDefault(node, Contact.NONE).replied();
    }

    /** Whether the caller has to probe the agent now; true for one caller only. */
    boolean claimProbe(StorageNodeId node) {
        long now = nanoTime.getAsLong();
        boolean[] claimed = {false};
        contacts.compute(node, (id, last) -> {
            claimed[0] = last == null
                    || now - last.atNanos() > interval(id, last, now).toNanos();
            Contact known = last == null ? Contact.NONE : last;
            return claimed[0] ? known.attemptedAt(now) : known;
        });
        return claimed[0];
    }

    void record(StorageNodeId node, boolean replied) {
        long now = nanoTime.getAsLong();
        contacts.compute(node, (id, last) -> {
            Contact known = last == null ? Contact.NONE : last;
            return replied
                    ? new Contact(true, now, true, now, 0)
                    : new Contact(false, now, known.everReplied(), known.repliedAtNanos(), known.failures() + 1);
        });
    }

    private Duration interval(StorageNodeId node, Contact last, long now) {
        boolean recent = last.everReplied() && now - last.repliedAtNanos() <= RECENT.toNanos();
        if (recent || configured.contains(node)) {
            return PROBE_INTERVAL;
        }
        Duration grown = PROBE_INTERVAL.multipliedBy(1L << Math.min(last.failures(), MAX_DOUBLINGS));
        return grown.compareTo(MAX_PROBE_INTERVAL) > 0 ? MAX_PROBE_INTERVAL : grown;
    }
}
