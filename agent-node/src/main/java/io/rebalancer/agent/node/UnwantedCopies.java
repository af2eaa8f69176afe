package io.rebalancer.agent.node;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.assignment.CopyTask;
import java.util.List;
import java.util.UUID;

/** Which copies may be removed when a job says that it does not want them. */
final class UnwantedCopies {

    private UnwantedCopies() {}

    /**
     * Only files that this very assignment made, and none that another assignment has been promised: that one's record
     * may be about to name it.
     */
    static List<ObjectKey> of(AgentState state, HeldAssignment held, List<UUID> unwanted) {
        return held.assignment().tasks().stream()
                .filter(task -> unwanted.contains(task.objectId()) && held.created(task.objectId()))
                .filter(task -> !promisedElsewhere(state, held, task.objectId()))
                .map(UnwantedCopies::key)
                .toList();
    }

    private static boolean promisedElsewhere(AgentState state, HeldAssignment held, UUID objectId) {
        return state.held().values().stream()
                .filter(other ->
                        !other.assignment().id().equals(held.assignment().id()))
                .flatMap(other -> other.assignment().tasks().stream())
                .anyMatch(task -> task.objectId().equals(objectId));
    }

    private static ObjectKey key(CopyTask task) {
        return new ObjectKey(task.owner(), task.objectId());
    }
}
