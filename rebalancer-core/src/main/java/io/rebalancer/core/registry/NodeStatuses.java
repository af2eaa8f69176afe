package io.rebalancer.core.registry;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The storage nodes that are not in service. Every other node is.
 *
 * @param byNode each status by its node
 */
public record NodeStatuses(Map<StorageNodeId, NodeStatus> byNode) {
    public static final NodeStatuses NONE = new NodeStatuses(Map.of());

    public NodeStatuses {
        byNode = Map.copyOf(byNode);
    }

    /** The status of the node; empty if it is in service. */
    public Optional<NodeStatus> find(StorageNodeId node) {
        return Optional.ofNullable(byNode.get(node));
    }

    /** The state of the node. */
    public ServiceState stateOf(StorageNodeId node) {
        return find(node).map(NodeStatus::state).orElse(ServiceState.IN_SERVICE);
    }

    /** @param leaving the node of the job that {@code event} is about, if it is about a job */
    NodeStatuses after(RegistryEvent event, Optional<StorageNodeId> leaving) {
        if (event instanceof RegistryEvent.JobRegistered e) {
            if (e.selection().isPresent() && find(e.leaving().storageNode()).isPresent()) {
                // Such a job moves records away and proves nothing, so what was proved before holds.
                return this;
            }
            return with(e.leaving().storageNode(), ServiceState.FENCED, e.jobId(), e.at());
        }
        if (event instanceof RegistryEvent.JobClosed e) {
            return e.closing()
                    .filter(RegistryEvent.Closing::emptied)
                    .flatMap(closing -> leaving.map(node -> with(node, ServiceState.DRAINED, e.jobId(), closing.at())))
                    .orElse(this);
        }
        if (event instanceof RegistryEvent.NodeExcluded e) {
            return with(new NodeStatus(e.node(), ServiceState.EXCLUDED, Optional.empty(), e.at()));
        }
        if (event instanceof RegistryEvent.NodeRemoved e) {
            return find(e.node())
                    .map(status -> with(new NodeStatus(e.node(), ServiceState.REMOVED, status.jobId(), e.at())))
                    .orElse(this);
        }
        return event instanceof RegistryEvent.NodeRecommissioned e ? without(e.node()) : this;
    }

    private NodeStatuses with(StorageNodeId node, ServiceState state, UUID jobId, Instant since) {
        return with(new NodeStatus(node, state, jobId, since));
    }

    private NodeStatuses with(NodeStatus status) {
        Map<StorageNodeId, NodeStatus> next = new HashMap<>(byNode);
        next.put(status.node(), status);
        return new NodeStatuses(next);
    }

    private NodeStatuses without(StorageNodeId node) {
        Map<StorageNodeId, NodeStatus> next = new HashMap<>(byNode);
        next.remove(node);
        return new NodeStatuses(next);
    }
}
