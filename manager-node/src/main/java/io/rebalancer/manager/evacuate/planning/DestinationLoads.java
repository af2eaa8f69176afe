package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.SpaceLease;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the space broker last reported about the destinations: promises and penalties of all jobs. */
final class DestinationLoads {
    private final Map<StorageNodeId, NodePromise> promises = new HashMap<>();
    private Set<StorageNodeId> penalised = Set.of();

    /** Takes over the broker's books; whatever they do not contain is forgotten. */
    void replace(SpaceMessage.SpaceStatus status) {
        promises.clear();
        status.promises().forEach(each -> promises.put(each.node(), each));
        penalised = status.penalties().stream().map(Penalty::node).collect(Collectors.toUnmodifiableSet());
    }

    /** The broker reported the sum of one node. */
    void setPromised(StorageNodeId node, long mib) {
        promises.put(node, new NodePromise(node, mib, leases(node)));
    }

    /** An assignment ended; the broker's books follow with the next announcement. */
    void subtract(SpaceLease ended) {
        promises.computeIfPresent(
                ended.node(),
                (node, sum) ->
                        new NodePromise(node, Math.max(0, sum.mib() - ended.mib()), Math.max(0, sum.leases() - 1)));
    }

    long promisedMib(StorageNodeId node) {
        NodePromise promise = promises.get(node);
        return promise == null ? 0 : promise.mib();
    }

    int leases(StorageNodeId node) {
        NodePromise promise = promises.get(node);
        return promise == null ? 0 : promise.leases();
    }

    double penaltyFactor(StorageNodeId node) {
        return penalised.contains(node) ? Penalty.FACTOR : 1;
    }
}
