package io.rebalancer.manager.fleet;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The storage nodes that may receive copies, as this manager last learned from the registry. Thread-safe: the directory writes it,
 * and every job and commit of the manager reads it.
 */
public final class NodesInService {
    private volatile Optional<Map<StorageNodeId, NodeStatus>> outOfService = Optional.empty();

    /** Whether this manager has learned the states of the nodes. Before that, nothing may be placed. */
    public boolean isKnown() {
        return outOfService.isPresent();
    }

    /** Whether the node is known not to be in service. */
    public boolean isOutOfService(StorageNodeId node) {
        return status(node).isPresent();
    }

    /** Why nothing may be written to the node, or made to name it; empty if it is in service. */
    public Optional<String> refusal(StorageNodeId node) {
        return status(node).map(NodeStatus::text);
    }

    private Optional<NodeStatus> status(StorageNodeId node) {
        return outOfService.map(nodes -> nodes.get(node));
    }

    void update(List<NodeStatus> nodes) {
        outOfService = Optional.of(
                nodes.stream().collect(Collectors.toUnmodifiableMap(NodeStatus::node, Function.identity())));
    }
}
