package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;
import java.util.Set;

/**
 * The conditions for storage nodes to receive copies (manta.md 5.3 and 5.11), and for objects to be moved.
 *
 * @param maxFillPercent fill ceiling, 1 to 100
 * @param minFreeMib free space that a destination must have, at least 0
 * @param blacklistedDatacenters datacenters that receive no copies
 * @param excludedNodes storage nodes that receive no copies
 * @param movesSoleCopies whether an object is moved whose only copy is on the leaving node; the legacy manager leaves it there
 */
public record PlacementPolicy(
        int maxFillPercent,
        long minFreeMib,
        Set<String> blacklistedDatacenters,
        Set<StorageNodeId> excludedNodes,
        boolean movesSoleCopies) {

    /** The conditions for destinations, if every object is moved. */
    public PlacementPolicy(
            int maxFillPercent, long minFreeMib, Set<String> blacklistedDatacenters, Set<StorageNodeId> excludedNodes) {
        this(maxFillPercent, minFreeMib, blacklistedDatacenters, excludedNodes, true);
    }

    public PlacementPolicy {
        if (maxFillPercent < 1 || maxFillPercent > 100) {
            throw new IllegalArgumentException("max-fill-percent must be 1 to 100, not " + maxFillPercent);
        }
        if (minFreeMib < 0) {
            throw new IllegalArgumentException("min-free-mib must be at least 0, not " + minFreeMib);
        }
        blacklistedDatacenters = Set.copyOf(blacklistedDatacenters);
        excludedNodes = Set.copyOf(excludedNodes);
    }
}
