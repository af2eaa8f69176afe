package io.rebalancer.manager.evacuate;

import io.rebalancer.core.object.StorageNodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Which assignments an agent may have now, while a setting limits their number. Not thread-safe. */
final class AgentSlots {
    private final Map<StorageNodeId, Set<UUID>> taken = new HashMap<>();

    /**
     * Takes a slot of the agent for an assignment, unless it has one.
     *
     * @param most the slots of each agent now
     * @return whether the assignment has a slot
     */
    boolean take(StorageNodeId agent, UUID assignmentId, int most) {
        Set<UUID> ofAgent = taken.computeIfAbsent(agent, node -> new HashSet<>());
        return ofAgent.contains(assignmentId) || ofAgent.size() < most && ofAgent.add(assignmentId);
    }

    /** The copies of the assignment are reported, or it has ended. */
    void release(UUID assignmentId) {
        taken.values().forEach(ofAgent -> ofAgent.remove(assignmentId));
        taken.values().removeIf(Set::isEmpty);
    }

    void clear() {
        taken.clear();
    }
}
