package io.rebalancer.manager.plan;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.FleetFigures;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The fleet at one moment.
 *
 * @param nodes the storage nodes that storinfo lists
 * @param promises the leases of all jobs, by node
 */
record FleetSnapshot(DestinationCandidates nodes, Map<StorageNodeId, NodePromise> promises) {

    FleetSnapshot {
        promises = Map.copyOf(promises);
    }

    FleetFigures figures(CopyLocation leaving, PlacementPolicy policy) {
        return FleetFigures.of(
                leaving,
                nodes.reachable(),
                Stream.concat(nodes.unreachable().stream(), nodes.closed().stream())
                        .toList(),
                promises,
                policy);
    }
}
