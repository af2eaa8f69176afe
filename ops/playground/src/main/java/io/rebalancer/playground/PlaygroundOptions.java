package io.rebalancer.playground;

import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run of the playground is to do.
 *
 * @param leavingNode node to be emptied, or empty for none
 * @param layout of the rebalancer in the region
 * @param crash whether the manager and an agent are killed in mid-job
 * @param keep whether the region stays up afterwards
 */
record PlaygroundOptions(
        RegionPlan plan,
        Path directory,
        Optional<String> leavingNode,
        ClusterLayout.Layout layout,
        boolean crash,
        boolean keep) {

    /** The same with managers that share this journal. */
    PlaygroundOptions withJournal(ClusterLayout.SharedJournal journal) {
        ClusterLayout.Layout shared = new ClusterLayout.Layout(
                layout.managerPort(),
                layout.processes(),
                layout.httpAgents(),
                layout.managers(),
                Optional.of(journal),
                layout.network(),
                layout.quick(),
                layout.settings());
        return new PlaygroundOptions(plan, directory, leavingNode, shared, crash, keep);
    }
}
