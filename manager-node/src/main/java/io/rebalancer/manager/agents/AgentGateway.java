package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** A way to the agents of storage nodes. Nothing here waits; what agents answer is told to the job. */
public interface AgentGateway {

    /** Whether the agent can be spoken to now. */
    boolean present(StorageNodeId node);

    /**
     * Hands over an assignment; safe to repeat. The job is told {@code AssignmentAccepted}, {@code AssignmentRefused} or
     * {@code CopiesReported}, or nothing if the agent could not be reached.
     */
    void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job);

    /**
     * Lets the agent forget an assignment.
     *
     * @param unwanted objects whose copies nothing points to
     */
    void release(FencingToken token, StorageNodeId node, UUID assignmentId, List<UUID> unwanted);
}
