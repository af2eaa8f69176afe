package io.rebalancer.manager.plan;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.plan.FleetFigures;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The fleet at one moment.
 *
 * @param nodes the storage nodes that storinfo lists
 * @param promises the sum of the leases of all jobs, for each node with leases
 * @param penalties those that have not ended
 */
public record FleetSnapshot(DestinationCandidates nodes, List<NodePromise> promises, List<Penalty> penalties) {

    public FleetSnapshot {
        promises = List.copyOf(promises);
        penalties = List.copyOf(penalties);
    }

    static FleetSnapshot of(DestinationCandidates nodes, SpaceMessage.SpaceStatus space) {
        return new FleetSnapshot(nodes, space.promises(), space.penalties());
    }

    /** All storage nodes. */
    List<StorageNode> allNodes() {
        return Stream.of(nodes.reachable(), nodes.unreachable(), nodes.closed())
                .flatMap(List::stream)
                .toList();
    }

    FleetFigures figures(CopyLocation leaving, PlacementPolicy policy) {
        return FleetFigures.of(
                leaving,
                nodes.reachable(),
                Stream.concat(nodes.unreachable().stream(), nodes.closed().stream())
                        .toList(),
                promises.stream().collect(Collectors.toMap(NodePromise::node, Function.identity())),
                policy);
    }
}
