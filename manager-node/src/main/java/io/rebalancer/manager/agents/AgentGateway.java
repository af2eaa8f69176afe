package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
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
     * Lets the agent drop an assignment.
     *
     * @param unwanted objects whose copies no record names
     */
    void release(FencingToken token, StorageNodeId node, UUID assignmentId, List<UUID> unwanted);

    /**
     * The assignment has ended, whichever way. The gateway drops what it keeps for the assignment and stops polling for
     * it; the agent gets no message.
     */
    void forget(UUID assignmentId);
}
