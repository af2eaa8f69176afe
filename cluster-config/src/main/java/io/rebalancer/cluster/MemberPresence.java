package io.rebalancer.cluster;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Whether anybody of a role can be spoken to. Nothing is sent to the absent: sharding would keep the messages, and try
 * to place the receiver every two seconds.
 */
public final class MemberPresence {
    private final Cluster cluster;

    public MemberPresence(ActorSystem<?> system) {
        this.cluster = Cluster.get(system);
    }

    /** Whether a reachable member that is up carries {@code role}. */
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
