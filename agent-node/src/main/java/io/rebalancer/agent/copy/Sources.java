package io.rebalancer.agent.copy;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;

/** The storage nodes that this agent has fetched from. Their addresses come from the agent's {@link SourceTopology}. */
public final class Sources {
    private static final int MAX_NODES = 10_000;

    private final ActorSystem<?> system;
    private final SourceTopology topology;
    private final CopyLimiter limiter;
    private final Map<StorageNodeId, SourceNode> nodes = new ConcurrentHashMap<>();

    public Sources(ActorSystem<?> system, SourceTopology topology, CopyLimiter limiter) {
        this.system = system;
        this.topology = topology;
        this.limiter = limiter;
    }

    /** @throws CopyFailure if the topology does not know the node; its address is never called */
    SourceNode of(StorageNodeId id) {
        URI url = topology.addressOf(id)
                .orElseThrow(() -> new CopyFailure(
                        Reason.SOURCE_OTHER_ERROR,
                        id + " is not a storage node that this agent knows; add it to rebalancer.agent.sources, or set"
                                + " rebalancer.agent.domain"));
        if (nodes.size() >= MAX_NODES) {
            // An order may name any storage node below the domain, so the map needs a bound.
            nodes.values().removeIf(SourceNode::isIdle);
        }
        return nodes.computeIfAbsent(id, each -> new SourceNode(system, each, url, limiter));
    }

    /** Moves the nodes that are in backoff behind the others; otherwise the order stays the same. */
    List<StorageNodeId> healthiestFirst(List<StorageNodeId> ids) {
        return ids.stream().sorted(Comparator.comparing(this::isInBackoff)).toList();
    }

    private boolean isInBackoff(StorageNodeId id) {
        SourceNode node = nodes.get(id);
        return node != null && node.status().resting();
    }

    /** Applies the agent's current limits to all nodes. */
    public void applyLimits() {
        nodes.values().forEach(SourceNode::applyLimits);
    }

    /** The status of each node, sorted by storage id. */
    public List<AgentControl.Source> status() {
        return nodes.values().stream()
                .map(SourceNode::status)
                .sorted(Comparator.comparing(AgentControl.Source::storageId))
                .toList();
    }
}
