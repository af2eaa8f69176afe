package io.rebalancer.agent.inventory;

import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.inventory.CopyKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The objects of the assignments that the agent holds, for threads outside of its actor. The actor updates it before it
 * orders the copies of a new assignment.
 */
public final class HeldKeys {
    private volatile Map<UUID, Set<CopyKey>> held = Map.of();

    /** Takes over the assignments of {@code state}. Called by the agent's actor only. */
    public void update(AgentState state) {
        Map<UUID, Set<CopyKey>> known = held;
        if (known.keySet().equals(state.held().keySet())) {
            return;
        }
        Map<UUID, Set<CopyKey>> next = new HashMap<>();
        state.held().forEach((id, assignment) -> {
            Set<CopyKey> keys = known.get(id);
            next.put(id, keys == null ? keys(assignment) : keys);
        });
        held = Map.copyOf(next);
    }

    private static Set<CopyKey> keys(HeldAssignment held) {
        return held.assignment().tasks().stream()
                .map(task -> new CopyKey(task.owner(), task.objectId()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the agent holds the assignment. */
    boolean holds(UUID assignmentId) {
        return held.containsKey(assignmentId);
    }

    /** Whether a held assignment has a task for the object. */
    boolean contains(CopyKey key) {
        return held.values().stream().anyMatch(keys -> keys.contains(key));
    }
}
