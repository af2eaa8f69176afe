package io.rebalancer.manager.fleet;

import io.rebalancer.core.storage.StorageNode;
import java.util.List;

/**
 * Storage nodes that may receive objects, ordered by free space, most first. Leaving nodes are in neither list.
 *
 * @param known whether the inventory has replied since this manager started
 * @param reachable nodes whose agent is reachable
 * @param unreachable nodes whose agent is not reachable now
 */
public record DestinationCandidates(boolean known, List<StorageNode> reachable, List<StorageNode> unreachable) {
    public static final DestinationCandidates UNKNOWN = new DestinationCandidates(false, List.of(), List.of());

    public DestinationCandidates {
        reachable = List.copyOf(reachable);
        unreachable = List.copyOf(unreachable);
    }
}
