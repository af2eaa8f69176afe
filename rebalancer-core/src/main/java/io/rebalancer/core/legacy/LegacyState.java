package io.rebalancer.core.legacy;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The assignments that an agent accepted over the legacy HTTP API, and that are neither deleted nor expired.
 *
 * @param open assignments with open tasks, by id; bounded by the agent's admission limits
 * @param ended assignments without open tasks
 */
public record LegacyState(Map<UUID, LegacyAssignment> open, EndedLegacyAssignments ended) {
    public static final LegacyState EMPTY = new LegacyState(Map.of(), EndedLegacyAssignments.NONE);

    public LegacyState {
        open = Map.copyOf(open);
    }

    /** The progress of the assignment with this id; empty if it is unknown. */
    public Optional<LegacyProgress> find(UUID assignmentId) {
        return Optional.ofNullable(open.get(assignmentId))
                .map(LegacyProgress::of)
                .or(() -> ended.find(assignmentId).map(LegacyProgress::of));
    }

    /** Number of tasks that have not ended. */
    public long openTasks() {
        return open.values().stream()
                .mapToLong(each -> each.tasks().size() - each.done().size())
                .sum();
    }

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public LegacyState apply(LegacyEvent event) {
        if (event instanceof LegacyEvent.LegacyAssigned e) {
            return find(e.assignmentId()).isPresent()
                    ? this
                    : with(new LegacyAssignment(e.assignmentId(), e.tasks(), Set.of(), Map.of()), e.at());
        }
        if (event instanceof LegacyEvent.LegacyTasksFinished e) {
            LegacyAssignment assignment = open.get(e.assignmentId());
            return assignment == null ? this : with(assignment.withEnded(e), e.at());
        }
        if (event instanceof LegacyEvent.LegacyDeleted e) {
            return new LegacyState(openWithout(e.assignmentId()), ended.without(e.assignmentId()));
        }
        if (event instanceof LegacyEvent.LegacyExpired e) {
            return new LegacyState(open, ended.from(e.firstKept()));
        }
        throw new AssertionError("event without a rule: " + event.getClass().getName());
    }

    private LegacyState with(LegacyAssignment assignment, Optional<Instant> at) {
        Map<UUID, LegacyAssignment> next = openWithout(assignment.id());
        if (assignment.complete()) {
            return new LegacyState(next, ended.plus(assignment.ended(at)));
        }
        next.put(assignment.id(), assignment);
        return new LegacyState(next, ended);
    }

    private Map<UUID, LegacyAssignment> openWithout(UUID assignmentId) {
        Map<UUID, LegacyAssignment> next = new HashMap<>(open);
        next.remove(assignmentId);
        return next;
    }
}
