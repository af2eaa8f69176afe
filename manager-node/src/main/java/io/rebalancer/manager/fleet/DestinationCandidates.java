package io.rebalancer.manager.fleet;

import io.rebalancer.core.storage.StorageNode;
import java.util.List;

/**
 * Storage nodes that may receive objects, most free space first. Nodes that a job is emptying are in neither list.
 *
 * @param known whether the inventory has answered since this manager started
 * @param present nodes whose agent can be spoken to
 * @param absent nodes whose agent can't be spoken to now
 */
public record DestinationCandidates(boolean known, List<StorageNode> present, List<StorageNode> absent) {
    public static final DestinationCandidates UNKNOWN = new DestinationCandidates(false, List.of(), List.of());

    public DestinationCandidates {
        present = List.copyOf(present);
        absent = List.copyOf(absent);
    }
}
