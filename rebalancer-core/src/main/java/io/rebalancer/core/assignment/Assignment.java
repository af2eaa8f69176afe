package io.rebalancer.core.assignment;

import io.rebalancer.core.object.CopyLocation;
import java.util.List;
import java.util.UUID;

/**
 * A batch of copies for one destination.
 *
 * @param id random id, the same in every retry of the hand-over
 * @param destination the node that receives the copies
 * @param tasks at least one; no object twice
 */
public record Assignment(UUID id, CopyLocation destination, List<CopyTask> tasks) {

    public Assignment {
        tasks = List.copyOf(tasks);
    }
}
