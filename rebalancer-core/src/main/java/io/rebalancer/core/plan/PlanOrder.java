package io.rebalancer.core.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a plan is computed for.
 *
 * @param leaving the storage nodes that are emptied; at least one
 * @param maxRecords the number of records that the job of each node takes up, or 0 for all
 */
public record PlanOrder(List<CopyLocation> leaving, long maxRecords, Scenario scenario) {

    public PlanOrder {
        leaving = List.copyOf(leaving);
        if (leaving.isEmpty()) {
            throw new IllegalArgumentException("a plan needs at least one storage node that leaves");
        }
    }

    /** The plan of one job, with the fleet as it is. */
    public static PlanOrder of(CopyLocation leaving, long maxRecords) {
        return new PlanOrder(List.of(leaving), maxRecords, Scenario.NONE);
    }

    /** Whether the plan is about a fleet that does not exist, so no job can be created from it. */
    @JsonIgnore
    public boolean isWhatIf() {
        return leaving.size() > 1 || scenario.isHypothetical();
    }

    /** The same order with the seed of its draws. */
    public PlanOrder withSeed(long seed) {
        return new PlanOrder(
                leaving,
                maxRecords,
                new Scenario(
                        scenario.lostDatacenters(),
                        scenario.maxFillPercent(),
                        OptionalLong.of(seed),
                        scenario.window()));
    }

    /** Whether this order, of a plan that exists, is what {@code repeated} asks for; a seed was drawn if it states none. */
    public boolean isOf(PlanOrder repeated) {
        OptionalLong drawn = scenario.seed();
        return drawn.isPresent() && repeated.scenario().seed().isEmpty()
                ? equals(repeated.withSeed(drawn.getAsLong()))
                : equals(repeated);
    }

    /** The storage nodes in one line. */
    public String leavingText() {
        return leaving.stream()
                .map(CopyLocation::storageNode)
                .map(StorageNodeId::text)
                .collect(Collectors.joining(", "));
    }
}
