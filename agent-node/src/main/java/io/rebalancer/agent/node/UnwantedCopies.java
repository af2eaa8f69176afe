package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.CopyTask;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Selects the copies that may be removed when a job reports them as unwanted. */
final class UnwantedCopies {

    private UnwantedCopies() {}

    /**
     * Selects only files that this assignment created and that no other held assignment contains. A metadata record of
     * the other assignment may be about to name the file.
     */
    static List<ObjectKey> of(AgentState state, HeldAssignment held, Collection<UUID> unwanted) {
        return held.assignment().tasks().stream()
                .filter(task -> unwanted.contains(task.objectId()) && held.created(task.objectId()))
                .filter(task -> !isInOtherAssignment(state, held.assignment().id(), task.objectId()))
                .map(UnwantedCopies::key)
                .toList();
    }

    /** Selects the tasks without an outcome, unless another held assignment contains their object. */
    static List<CopyTask> unfinished(AgentState state, HeldAssignment held, Collection<UUID> unwanted) {
        return held.openTasks().stream()
                .filter(task -> unwanted.contains(task.objectId()))
                .filter(task -> !isInOtherAssignment(state, held.assignment().id(), task.objectId()))
                .toList();
    }

    /** A copy that ended after the release of its assignment: the job gave the assignment up, so no record names the copy. */
    static Optional<ObjectKey> ofReleased(AgentState state, CopyOutcome outcome) {
        TaskResult result = outcome.result();
        boolean unwanted = result.failure().isEmpty()
                && result.created()
                && !isInOtherAssignment(state, outcome.order().assignmentId(), result.objectId());
        return unwanted ? Optional.of(outcome.order().key()) : Optional.empty();
    }

    private static boolean isInOtherAssignment(AgentState state, UUID assignmentId, UUID objectId) {
        return state.held().values().stream()
                .filter(other -> !other.assignment().id().equals(assignmentId))
                .flatMap(other -> other.assignment().tasks().stream())
                .anyMatch(task -> task.objectId().equals(objectId));
    }

    private static ObjectKey key(CopyTask task) {
        return new ObjectKey(task.owner(), task.objectId());
    }
}
