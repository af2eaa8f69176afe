package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.Assignment;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A fact about one storage agent, as stored in its journal. Class names and members are part of the stored format. */
public sealed interface AgentEvent {

    /** The agent promised to make the copies. Stored before the first byte of any. */
    record AssignmentAccepted(UUID jobId, Assignment assignment) implements AgentEvent {}

    /** Some copies ended; those without a failure are verified, flushed and in place. */
    record TasksFinished(UUID assignmentId, List<TaskResult> results) implements AgentEvent {
        public TasksFinished {
            results = List.copyOf(results);
        }
    }

    /** Another incarnation of a job gave its first order; what earlier ones order is refused from now on. */
    record JobEpochRaised(UUID jobId, long epoch, Instant at) implements AgentEvent {}

    /** The manager is done with the assignment; nothing of it has to be remembered. */
    record AssignmentReleased(UUID assignmentId) implements AgentEvent {}
}
