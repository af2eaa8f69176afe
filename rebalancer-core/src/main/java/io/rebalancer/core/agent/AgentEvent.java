package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.Assignment;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A fact about one storage agent, stored in its journal. Class names and members are part of the stored format. */
public sealed interface AgentEvent {

    /** The agent accepted an assignment. Stored before the first byte of any copy. */
    record AssignmentAccepted(UUID jobId, Assignment assignment) implements AgentEvent {}

    /** Some copies ended. Those without a failure are verified, durable and in place. */
    record TasksFinished(UUID assignmentId, List<TaskResult> results) implements AgentEvent {
        public TasksFinished {
            results = List.copyOf(results);
        }
    }

    /**
     * A new incarnation of a job gave its first order. From now on the agent refuses orders of earlier incarnations.
     */
    record JobEpochRaised(UUID jobId, long epoch, Instant at) implements AgentEvent {}

    /**
     * A job is paused: nothing is written for it until it gives an assignment of a later epoch.
     *
     * @param epoch the epoch of the incarnation that paused it
     */
    record JobPaused(UUID jobId, long epoch) implements AgentEvent {}

    /** A paused job has given an assignment of a later epoch, so its copies continue. */
    record JobContinued(UUID jobId) implements AgentEvent {}

    /** The manager released the assignment, so the agent forgets it. */
    record AssignmentReleased(UUID assignmentId) implements AgentEvent {}
}
