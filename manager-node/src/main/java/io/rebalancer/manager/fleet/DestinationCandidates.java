package io.rebalancer.manager.fleet;

import io.rebalancer.core.storage.StorageNode;
import java.util.List;

/**
 * The storage nodes that the inventory lists, each in one of three lists, ordered by storage id.
 *
 * @param known whether the inventory has replied since this manager started
 * @param reachable nodes whose agent is reachable
 * @param unreachable nodes whose agent is not reachable now
 * @param closed nodes that may receive nothing, whether their agent is reachable or not
 */
public record DestinationCandidates(
        boolean known, List<StorageNode> reachable, List<StorageNode> unreachable, List<StorageNode> closed) {
    public static final DestinationCandidates UNKNOWN =
            new DestinationCandidates(false, List.of(), List.of(), List.of());

    public DestinationCandidates {
        reachable = List.copyOf(reachable);
        unreachable = List.copyOf(unreachable);
        closed = List.copyOf(closed);
    }
}
