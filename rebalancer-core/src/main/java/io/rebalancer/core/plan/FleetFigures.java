package io.rebalancer.core.plan;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.Destination;
import io.rebalancer.core.storage.Fleet;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The figures of the fleet that a plan rests on, by the rules of placement.
 *
 * @param spareMib MiB below the fill ceiling that are not promised, on each node that is in service, not excluded, and whose
 *     agent is reachable; nodes without any are omitted
 * @param leavingUsedMib MiB that the leaving node uses; empty if storinfo's report does not determine it
 */
public record FleetFigures(Map<StorageNodeId, Long> spareMib, OptionalLong leavingUsedMib) {

    public FleetFigures {
        spareMib = Map.copyOf(spareMib);
    }

    /**
     * @param reachable nodes in service whose agent is reachable
     * @param others the other nodes that storinfo lists
     * @param promises what is promised, by node
     */
    public static FleetFigures of(
            CopyLocation leaving,
            Collection<StorageNode> reachable,
            Collection<StorageNode> others,
            Map<StorageNodeId, NodePromise> promises,
            PlacementPolicy policy) {
        Fleet fleet = Fleet.of(reachable.stream().map(Destination::idle).toList(), policy);
        Map<StorageNodeId, Long> spare = new HashMap<>();
        OptionalLong used = OptionalLong.empty();
        for (StorageNode each : reachable) {
            NodePromise promise = promises.get(each.id());
            long mib = SpaceRules.availableMib(each, policy.maxFillPercent(), promise == null ? 0 : promise.mib());
            if (each.id().equals(leaving.storageNode())) {
                used = SpaceRules.usedMib(each);
            } else if (mib > 0 && fleet.isOpen(each.id()) && each.availableMib() >= policy.minFreeMib()) {
                spare.put(each.id(), mib);
            }
        }
        for (StorageNode each : others) {
            if (each.id().equals(leaving.storageNode())) {
                used = SpaceRules.usedMib(each);
            }
        }
        return new FleetFigures(spare, used);
    }
}
