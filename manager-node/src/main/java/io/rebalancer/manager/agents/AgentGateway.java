package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Reaches the agents of storage nodes. No method blocks; replies of agents go to the job as messages. */
public interface AgentGateway {

    /** Whether messages to the node's agent are likely to arrive now. */
    boolean isReachable(StorageNodeId node);

    /**
     * Sends an assignment; may be repeated. The job gets {@code AssignmentAccepted}, {@code AssignmentRefused} or
     * {@code CopiesReported}, or nothing if the agent could not be reached.
     */
    void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job);

    /**
     * Lets the agent drop an assignment; to be repeated. The job gets {@code ReleaseAcknowledged} when the agent has stored
     * the release, or nothing if the agent could not be reached.
     */
    void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job);

    /**
     * Orders the agent to write nothing for the job; to be repeated. The job gets {@code PauseConfirmed} when the agent writes
     * nothing more, or nothing if the agent could not be reached.
     */
    void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job);

    /** Whether the agent that was given this assignment can pause. If not, its copies end after they are complete. */
    boolean canPause(StorageNodeId node, UUID assignmentId);

    /** Whether the agent that was given this assignment can discard copies. If not, unwanted copies stay on its node. */
    boolean canDiscard(StorageNodeId node, UUID assignmentId);

    /** The assignment is released. The gateway drops what it keeps for the assignment; the agent gets no message. */
    void forget(UUID assignmentId);
}
