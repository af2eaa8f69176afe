package io.rebalancer.core.assignment;

import io.rebalancer.core.object.CopyLocation;
import java.util.List;
import java.util.UUID;

/**
 * A set of copy tasks for one destination.
 *
 * @param id random id, the same in every delivery attempt
 * @param destination the node that receives the copies
 * @param tasks at least one, each for a different object
 */
public record Assignment(UUID id, CopyLocation destination, List<CopyTask> tasks) {

    public Assignment {
        tasks = List.copyOf(tasks);
    }
}
