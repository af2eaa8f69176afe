package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.Destination;
import io.rebalancer.core.storage.Fleet;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Space for what a storage node holds, by the rules of placement: below the fill ceiling, not promised, on nodes that are in
 * service, not excluded, and whose agent is reachable.
 *
 * @param neededMib MiB that the storage node uses; empty if storinfo does not list it, or lists it as full
 * @param spareMib MiB on the destinations of each datacenter; datacenters without any are omitted
 */
record SpareSpace(OptionalLong neededMib, SortedMap<String, Long> spareMib) {

    static SpareSpace of(
            CopyLocation leaving,
            DestinationCandidates nodes,
            Map<StorageNodeId, NodePromise> promises,
            PlacementPolicy policy) {
        Fleet fleet = Fleet.of(nodes.reachable().stream().map(Destination::idle).toList(), policy);
        SortedMap<String, Long> spare = new TreeMap<>();
        for (StorageNode each : nodes.reachable()) {
            NodePromise promise = promises.get(each.id());
            long mib = SpaceRules.availableMib(each, policy.maxFillPercent(), promise == null ? 0 : promise.mib());
            boolean open = fleet.isOpen(each.id())
                    && each.availableMib() >= policy.minFreeMib()
                    && !each.id().equals(leaving.storageNode());
            if (open && mib > 0) {
                spare.merge(each.datacenter(), mib, Long::sum);
            }
        }
        OptionalLong needed = Stream.of(nodes.reachable(), nodes.unreachable(), nodes.closed())
                .flatMap(each -> each.stream())
                .filter(each -> each.id().equals(leaving.storageNode()))
                .map(SpaceRules::usedMib)
                .findFirst()
                .orElse(OptionalLong.empty());
        return new SpareSpace(needed, spare);
    }

    long totalMib() {
        return spareMib.values().stream().mapToLong(Long::longValue).sum();
    }

    long mibIn(String datacenter) {
        return spareMib.getOrDefault(datacenter, 0L);
    }
}
