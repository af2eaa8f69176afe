package io.rebalancer.core.legacy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The assignments that an agent accepted over the legacy HTTP API and that are not deleted.
 *
 * @param assignments by id
 */
public record LegacyState(Map<UUID, LegacyAssignment> assignments) {
    public static final LegacyState EMPTY = new LegacyState(Map.of());

    public LegacyState {
        assignments = Map.copyOf(assignments);
    }

    /** Number of assignments that are not complete. */
    public long scheduled() {
        return assignments.values().stream().filter(each -> !each.complete()).count();
    }

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public LegacyState apply(LegacyEvent event) {
        Map<UUID, LegacyAssignment> next = new HashMap<>(assignments);
        if (event instanceof LegacyEvent.LegacyAssigned e) {
            next.putIfAbsent(e.assignmentId(), new LegacyAssignment(e.assignmentId(), e.tasks(), Set.of(), Map.of()));
        } else if (event instanceof LegacyEvent.LegacyTasksFinished e) {
            next.computeIfPresent(e.assignmentId(), (id, each) -> {
                Set<Integer> done = new HashSet<>(each.done());
                Map<Integer, LegacyFailure> failures = new HashMap<>(each.failures());
                for (int index : e.done()) {
                    LegacyFailure failure = e.failures().get(index);
                    if (done.add(index) && failure != null) {
                        failures.put(index, failure);
                    }
                }
                return new LegacyAssignment(id, each.tasks(), done, failures);
            });
        } else if (event instanceof LegacyEvent.LegacyDeleted e) {
            next.remove(e.assignmentId());
        } else {
            throw new AssertionError("event without a rule: " + event.getClass().getName());
        }
        return new LegacyState(next);
    }
}
