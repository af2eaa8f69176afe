package io.rebalancer.house.planted.root.below;

import io.rebalancer.house.planted.root.PlantedRoot;
import java.util.List;

/** The other half of the cycle. */
public record PlantedPart(List<PlantedRoot> roots) {
    /** Uses the root package, as the type argument alone leaves no trace in the byte code. */
    public PlantedRoot first() {
        return roots.get(0);
    }
}
