package io.rebalancer.house.planted.root;

import io.rebalancer.house.planted.root.below.PlantedPart;

/** Half of a cycle through a module's root package, for {@link io.rebalancer.house.PackageCycles}. */
public record PlantedRoot(PlantedPart part) {}
