package io.rebalancer.cluster;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Finds out whether a role has a reachable member. Senders check this first, because sharding buffers messages to a
 * missing member and tries to allocate its shard every two seconds.
 */
public final class MemberPresence {
    private final Cluster cluster;

    public MemberPresence(ActorSystem<?> system) {
        this.cluster = Cluster.get(system);
    }

    /** Whether at least one member with {@code role} is up and reachable. */
    public boolean isReachable(String role) {
        ClusterEvent.CurrentClusterState state = cluster.state();
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
