package io.rebalancer.playground;

import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run of the playground is to do.
 *
 * @param managerPort HTTP port of the manager, or empty for a free one
 * @param leavingNode node to be emptied, or empty for none
 * @param processes whether manager and agents are processes of their own
 * @param httpAgents how many agents are outside the cluster, reached over the older HTTP API
 * @param crash whether the manager and an agent are killed in mid-job
 * @param keep whether the region stays up afterwards
 */
record PlaygroundOptions(
        RegionPlan plan,
        Path directory,
        Optional<Integer> managerPort,
        Optional<String> leavingNode,
        boolean processes,
        int httpAgents,
        boolean crash,
        boolean keep) {}
