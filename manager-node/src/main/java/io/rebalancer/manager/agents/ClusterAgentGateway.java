package io.rebalancer.manager.agents;

import io.rebalancer.cluster.MemberPresence;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** Reaches agents that are cluster members. They reply to the job directly. */
public final class ClusterAgentGateway implements AgentGateway {
    private final MemberPresence presence;
    private final OrderSender orders;

    public ClusterAgentGateway(ActorSystem<?> system) {
        this.presence = MemberPresence.get(system);
        this.orders = OrderSender.get(system);
    }

    @Override
    public boolean isReachable(StorageNodeId node) {
        return presence.isReachable(Roles.storage(node));
    }

    @Override
    public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        tell(assignment.destination().storageNode(), new AgentMessage.Assign(token, assignment));
    }

    @Override
    public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
        tell(release.node(), new AgentMessage.Release(token, release.assignmentId(), release.unwanted()));
    }

    @Override
    public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
        tell(node, new AgentMessage.PauseJob(token));
    }

    @Override
    public boolean canPause(StorageNodeId node, UUID assignmentId) {
        return true;
    }

    @Override
    public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
        return true;
    }

    @Override
    public void forget(UUID assignmentId) {
        // Keeps nothing by assignment.
    }

    private void tell(StorageNodeId node, AgentMessage message) {
        if (isReachable(node)) {
            orders.tell(node, message);
        }
    }
}
