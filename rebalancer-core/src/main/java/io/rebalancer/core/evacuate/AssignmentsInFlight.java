package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The assignments that are planned and have not ended. Their number is bounded by the planner.
 *
 * @param byId each assignment by its id
 */
public record AssignmentsInFlight(Map<UUID, InFlightAssignment> byId) {
    public static final AssignmentsInFlight NONE = new AssignmentsInFlight(Map.of());

    public AssignmentsInFlight {
        byId = Map.copyOf(byId);
    }

    /** The assignment with this id, if it has not ended. */
    public Optional<InFlightAssignment> find(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** All of them, in no order. */
    public Collection<InFlightAssignment> all() {
        return byId.values();
    }

    /** The number of assignments. */
    public int count() {
        return byId.size();
    }

    /** The number of records in all of them. */
    public long records() {
        return all().stream()
                .mapToLong(each -> each.assignment().tasks().size())
                .sum();
    }

    /** The number of records whose copies are verified and whose metadata is not committed yet. */
    public long copiedRecords() {
        return all().stream()
                .filter(InFlightAssignment::copied)
                .mapToLong(each -> each.copiedTasks().size())
                .sum();
    }

    /** The agents that hold, or may hold, copies that have not ended. */
    @JsonIgnore
    public Set<StorageNodeId> agentsAtWork() {
        return all().stream()
                .filter(each -> !each.copied())
                .map(each -> each.assignment().destination().storageNode())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** One of {@code objects} that is being moved, if any is: none may be in a second assignment. */
    Optional<UUID> anyOf(Set<UUID> objects) {
        for (InFlightAssignment each : byId.values()) {
            for (CopyTask task : each.assignment().tasks()) {
                if (objects.contains(task.objectId())) {
                    return Optional.of(task.objectId());
                }
            }
        }
        return Optional.empty();
    }

    AssignmentsInFlight after(JobEvent event) {
        Map<UUID, InFlightAssignment> next = new HashMap<>(byId);
        if (event instanceof JobEvent.AssignmentPlanned e) {
            next.put(e.assignment().id(), InFlightAssignment.planned(e.assignment()));
        } else if (event instanceof JobEvent.AssignmentAccepted e) {
            next.computeIfPresent(e.assignmentId(), (id, each) -> each.accept());
        } else if (event instanceof JobEvent.CopiesFinished e) {
            next.computeIfPresent(e.assignmentId(), (id, each) -> each.withCopies(e.failures()));
        } else if (event instanceof JobEvent.RelocationsCommitted e) {
            next.remove(e.assignmentId());
        } else if (event instanceof JobEvent.AssignmentLost e) {
            next.remove(e.assignmentId());
        } else if (event instanceof JobEvent.IncarnationBegan e && e.rescans()) {
            next.replaceAll((id, each) -> each.resume());
        } else {
            return this;
        }
        return new AssignmentsInFlight(next);
    }
}
