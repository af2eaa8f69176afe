package io.rebalancer.playground.cluster;

import java.util.Map;
import java.util.Optional;

/**
 * How many managers and agents a region gets, and how they run.
 *
 * @param managerPort HTTP port of the first manager, or empty for a free port
 * @param processes whether every node runs in its own process; otherwise all share this JVM
 * @param httpAgents number of agents outside the cluster, reached over the legacy HTTP API: the last agents
 * @param managers number of managers, at least 1; several managers share {@code journal}
 * @param journal the managers' journal, or empty for an embedded journal of a single manager
 * @param network the network between cluster members, or empty for plain loopback
 * @param quick whether failures are detected faster than by default and assignments are small
 * @param settings additional settings of every node, paths to values; {@link #NODE_NAME} in a value is replaced by the node's name
 */
public record ClusterPlan(
        Optional<Integer> managerPort,
        boolean processes,
        int httpAgents,
        int managers,
        Optional<SharedJournal> journal,
        Optional<MemberNetwork> network,
        boolean quick,
        Map<String, Object> settings) {
    /** In the text of a setting: the name of the node, such as {@code manager} or {@code agent-1}. */
    public static final String NODE_NAME = "{node}";

    public ClusterPlan {
        settings = Map.copyOf(settings);
    }

    /** A PostgreSQL database that admits {@code user} without a password. */
    public record SharedJournal(String url, String user) {}

    /** One manager with an embedded journal and fast failure detection. */
    public static ClusterPlan singleManager(boolean processes, int httpAgents) {
        return new ClusterPlan(
                Optional.empty(), processes, httpAgents, 1, Optional.empty(), Optional.empty(), true, Map.of());
    }

    /** The same plan with managers that share {@code shared}. */
    public ClusterPlan withJournal(SharedJournal shared) {
        return new ClusterPlan(
                managerPort, processes, httpAgents, managers, Optional.of(shared), network, quick, settings);
    }
}
