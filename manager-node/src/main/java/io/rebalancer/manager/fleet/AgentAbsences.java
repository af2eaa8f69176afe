package io.rebalancer.manager.fleet;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Since when the agents of storage nodes are away. Thread-safe: the directory observes every node each second, also nodes
 * that storinfo does not list any more, and commits ask. A commit may wait for a metadata shard for an hour; a record must
 * then not be made to name a node that has died meanwhile.
 */
public final class AgentAbsences {
    private final Supplier<Duration> lostAfter;
    private final Clock clock;
    private final Map<StorageNodeId, Instant> awaySince = new ConcurrentHashMap<>();
    /** Every node that was ever listed: as many as the fleet has had. */
    private final Set<StorageNodeId> known = new HashSet<>();

    /** @param lostAfter the current setting {@code agent-lost-after} */
    public AgentAbsences(Supplier<Duration> lostAfter, Clock clock) {
        this.lostAfter = lostAfter;
        this.clock = clock;
    }

    /** For the directory only. */
    void observe(Stream<StorageNodeId> listed, Predicate<StorageNodeId> isReachable) {
        listed.forEach(known::add);
        for (StorageNodeId node : known) {
            if (isReachable.test(node)) {
                awaySince.remove(node);
            } else {
                awaySince.putIfAbsent(node, clock.instant());
            }
        }
    }

    /** Why no record may be made to name the node; empty unless its agent has been away for too long. */
    public Optional<String> refusal(StorageNodeId node) {
        Instant since = awaySince.get(node);
        boolean lost = since != null && Duration.between(since, clock.instant()).compareTo(lostAfter.get()) >= 0;
        return lost
                ? Optional.of("the agent of " + node + " has been unreachable since " + since
                        + "; its copies may be lost with it")
                : Optional.empty();
    }
}
