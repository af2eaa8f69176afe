package io.rebalancer.core.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a storage agent remembers over a restart.
 *
 * @param held assignments accepted and not released; bounded by the agent's admission limit
 */
public record AgentState(Map<UUID, HeldAssignment> held) {
    public static final AgentState EMPTY = new AgentState(Map.of());

    public AgentState {
        held = Map.copyOf(held);
    }

    /** The assignment with that id, if it is held. */
    public Optional<HeldAssignment> held(UUID assignmentId) {
        return Optional.ofNullable(held.get(assignmentId));
    }

    /** The state after {@code event}. Total and without side effects, because the journal replays it. */
    public AgentState apply(AgentEvent event) {
        Map<UUID, HeldAssignment> next = new HashMap<>(held);
        if (event instanceof AgentEvent.AssignmentAccepted e) {
            next.putIfAbsent(e.assignment().id(), new HeldAssignment(e.jobId(), e.assignment(), Map.of()));
        } else if (event instanceof AgentEvent.TasksFinished e) {
            next.computeIfPresent(e.assignmentId(), (id, each) -> {
                Map<UUID, TaskResult> results = new HashMap<>(each.results());
                e.results().forEach(result -> results.putIfAbsent(result.objectId(), result));
                return new HeldAssignment(each.jobId(), each.assignment(), results);
            });
        } else if (event instanceof AgentEvent.AssignmentReleased e) {
            next.remove(e.assignmentId());
        } else {
            throw new AssertionError("event without a rule: " + event.getClass().getName());
        }
        return new AgentState(next);
    }
}
