package io.rebalancer.playground;

import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run of the playground does.
 *
 * @param leavingNode storage id of the node to empty, or empty for none
 * @param cluster the managers and agents in the region
 * @param crash whether the manager and an agent are killed during the job
 * @param keep whether the region keeps running afterwards
 */
record PlaygroundOptions(
        RegionPlan region,
        Path directory,
        Optional<String> leavingNode,
        ClusterPlan cluster,
        boolean crash,
        boolean keep) {

    /** The same options with managers that share {@code journal}. */
    PlaygroundOptions withJournal(ClusterPlan.SharedJournal journal) {
        return new PlaygroundOptions(region, directory, leavingNode, cluster.withJournal(journal), crash, keep);
    }
}
