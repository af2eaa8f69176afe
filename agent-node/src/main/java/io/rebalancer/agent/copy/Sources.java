package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The storage nodes that this agent has fetched from. Their addresses come from the agent's {@link SourceTopology}. */
final class Sources {
    private static final int MAX_NODES = 10_000;

    private final SourceTopology topology;
    private final CopyLimiter limiter;
    private final Map<StorageNodeId, SourceNode> nodes = new ConcurrentHashMap<>();

    Sources(SourceTopology topology, CopyLimiter limiter) {
        this.topology = topology;
        this.limiter = limiter;
    }

    /** The node, or empty if the topology does not know it; its address is then never called. */
    Optional<SourceNode> find(StorageNodeId id) {
        SourceNode known = nodes.get(id);
        return known != null
                ? Optional.of(known)
                : topology.addressOf(id).map(url -> {
                    if (nodes.size() >= MAX_NODES) {
                        // An order may name any storage node below the domain, so the map needs a bound.
                        nodes.values().removeIf(node -> node.running() == 0);
                    }
                    return nodes.computeIfAbsent(id, each -> new SourceNode(each, url, limiter.limits()));
                });
    }

    /** Moves the nodes that are in backoff behind the others; otherwise the order stays the same. */
    List<StorageNodeId> healthiestFirst(List<StorageNodeId> ids) {
        return ids.size() < 2
                ? ids
                : ids.stream().sorted(Comparator.comparing(this::isInBackoff)).toList();
    }

    boolean isInBackoff(StorageNodeId id) {
        SourceNode node = nodes.get(id);
        return node != null && node.isInBackoff();
    }

    void setLimits(CopyLimits limits) {
        nodes.values().forEach(node -> node.setLimits(limits));
    }

    /** Lets all waiting threads see that their copies are interrupted. */
    void wake() {
        nodes.values().forEach(node -> node.throttle().wake());
    }

    Collection<SourceNode> all() {
        return nodes.values();
    }
}
