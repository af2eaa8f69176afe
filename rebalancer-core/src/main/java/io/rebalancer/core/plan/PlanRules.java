package io.rebalancer.core.plan;

import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Compares the fleet of a plan with the present one. Pure. */
public final class PlanRules {
    private static final int MAX_NAMED = 5;

    private PlanRules() {}

    /**
     * What has changed by more than the tolerance, one line each; empty if a job would still do what was planned.
     *
     * @param planned MiB that the plan sends to each destination
     */
    public static List<String> changes(
            Map<StorageNodeId, Long> planned, FleetFigures then, FleetFigures now, PlanTolerance tolerance) {
        List<String> changes = new ArrayList<>();
        Map<StorageNodeId, Long> displaced = new TreeMap<>();
        planned.forEach((node, mib) -> {
            long missing = mib - now.spareMib().getOrDefault(node, 0L);
            if (missing > 0) {
                displaced.put(node, missing);
            }
        });
        long all = planned.values().stream().mapToLong(Long::longValue).sum();
        long moved = displaced.values().stream().mapToLong(Long::longValue).sum();
        if (moved * 100 > all * tolerance.displacedPercent()) {
            changes.add(moved + " of " + all + " planned MiB have no space at their destination any more ("
                    + displaced.keySet().stream()
                            .limit(MAX_NAMED)
                            .map(StorageNodeId::text)
                            .collect(Collectors.joining(", "))
                    + (displaced.size() > MAX_NAMED ? ", ..." : "") + "); the tolerance is "
                    + tolerance.displacedPercent() + " %");
        }
        if (then.leavingUsedMib().isPresent() && now.leavingUsedMib().isPresent()) {
            long before = then.leavingUsedMib().getAsLong();
            long after = now.leavingUsedMib().getAsLong();
            if (Math.abs(after - before) * 100 > before * tolerance.usedPercent()) {
                changes.add("the storage node uses " + after + " MiB instead of " + before + " MiB; the tolerance is "
                        + tolerance.usedPercent() + " %");
            }
        }
        return List.copyOf(changes);
    }
}
