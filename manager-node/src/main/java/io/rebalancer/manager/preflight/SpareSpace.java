package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.FleetFigures;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.PlacementPolicy;
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
        FleetFigures figures = FleetFigures.of(
                leaving,
                nodes.reachable(),
                Stream.concat(nodes.unreachable().stream(), nodes.closed().stream())
                        .toList(),
                promises,
                policy);
        SortedMap<String, Long> spare = new TreeMap<>();
        for (StorageNode each : nodes.reachable()) {
            long mib = figures.spareMib().getOrDefault(each.id(), 0L);
            if (mib > 0) {
                spare.merge(each.datacenter(), mib, Long::sum);
            }
        }
        return new SpareSpace(figures.leavingUsedMib(), spare);
    }

    long totalMib() {
        return spareMib.values().stream().mapToLong(Long::longValue).sum();
    }

    long mibIn(String datacenter) {
        return spareMib.getOrDefault(datacenter, 0L);
    }
}
