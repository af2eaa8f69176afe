package io.rebalancer.cluster.telemetry;

import io.rebalancer.core.text.StableWord;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.tag.TagSet;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * The members of the cluster as this member sees them: {@code rebalancer.cluster.members}, by role and state. Members that
 * lost each other disagree, so compare the series of several members.
 */
public final class ClusterMetrics {
    private enum State {
        /** Up, and its heartbeats arrive. */
        UP,
        /** Joining or leaving. */
        CHANGING,
        /** No heartbeats arrive. */
        UNREACHABLE
    }

    private ClusterMetrics() {}

    /**
     * Registers the series, once in a process.
     *
     * @param roles the roles to count, a fixed number
     */
    public static void register(ActorSystem<?> system, List<String> roles) {
        Cluster cluster = Cluster.get(system);
        for (String role : roles) {
            for (State state : State.values()) {
                Consumer<Gauge> updater = gauge -> gauge.update(count(cluster.state(), role, state));
                Kamon.gauge("rebalancer.cluster.members")
                        // Both at once: one tag after the other would leave a series with the first one only.
                        .withTags(TagSet.of("role", role).withTag("state", StableWord.of(state)))
                        .autoUpdate(updater);
            }
        }
    }

    private static long count(CurrentClusterState cluster, String role, State state) {
        return StreamSupport.stream(cluster.getMembers().spliterator(), false)
                .filter(member -> member.getRoles().contains(role))
                .filter(member -> state(cluster, member) == state)
                .count();
    }

    private static State state(CurrentClusterState cluster, Member member) {
        if (cluster.getUnreachable().contains(member)) {
            return State.UNREACHABLE;
        }
        return member.status().equals(MemberStatus.up()) ? State.UP : State.CHANGING;
    }
}
