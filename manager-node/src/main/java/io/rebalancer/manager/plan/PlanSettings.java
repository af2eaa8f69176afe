package io.rebalancer.manager.plan;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.EvacuateSettings.ScanSettings;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.storage.PlacementPolicy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** The settings of a plan: those of jobs, in the fleet of the scenario, and without waits for agents. */
final class PlanSettings {
    /** A plan reads one shard at a time, but each of its scans waits for its turn in the planner. */
    private static final int MAX_SHARDS = 1_000;

    private PlanSettings() {}

    /** @param leaving the node that is emptied now; the others receive nothing */
    static EvacuateSettings of(EvacuateSettings settings, PlanOrder order, CopyLocation leaving) {
        return new EvacuateSettings(
                settings.batch(),
                policy(settings.placement(), order, leaving),
                settings.maxAssignmentsInFlight(),
                new ScanSettings(settings.scan().chunkRows(), MAX_SHARDS),
                settings.excludeKeysContaining(),
                settings.commit(),
                settings.reminderInterval(),
                Duration.ZERO,
                settings.passDelay(),
                settings.timeouts(),
                settings.snapshotEvery(),
                settings.inFile());
    }

    private static PlacementPolicy policy(PlacementPolicy policy, PlanOrder order, CopyLocation leaving) {
        Scenario scenario = order.scenario();
        Set<String> closed = new HashSet<>(policy.blacklistedDatacenters());
        closed.addAll(scenario.lostDatacenters());
        Set<StorageNodeId> excluded = new HashSet<>(policy.excludedNodes());
        order.leaving().stream()
                .filter(node -> !node.equals(leaving))
                .map(CopyLocation::storageNode)
                .forEach(excluded::add);
        return new PlacementPolicy(
                scenario.maxFillPercent().orElse(policy.maxFillPercent()),
                policy.minFreeMib(),
                closed,
                excluded,
                policy.movesSoleCopies());
    }
}
