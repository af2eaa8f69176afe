package io.rebalancer.manager.fleet;

import io.rebalancer.cluster.Roles;
import io.rebalancer.core.object.StorageNodeId;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Whether the agent of a storage node can be spoken to. Nothing is sent to an absent agent: sharding would keep the
 * message and try to place the agent every two seconds.
 */
public final class AgentPresence {
    private final Cluster cluster;

    public AgentPresence(ActorSystem<?> system) {
        this.cluster = Cluster.get(system);
    }

    /** Whether a reachable member that is up carries {@code node}. */
    public boolean present(StorageNodeId node) {
        ClusterEvent.CurrentClusterState state = cluster.state();
        String role = Roles.storage(node);
        for (Member member : state.getMembers()) {
            if (member.hasRole(role)
                    && member.status().equals(MemberStatus.up())
                    && !state.getUnreachable().contains(member)) {
                return true;
            }
        }
        return false;
    }
}
