package io.rebalancer.playground.region;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * An object to store in the region.
 *
 * @param number position among the objects of the region, from 0
 * @param snaplink key of a second record of the same object, or empty for none
 * @param copies two nodes in different datacenters
 */
record NewObject(
        long number,
        UUID owner,
        UUID objectId,
        String key,
        Optional<String> snaplink,
        ObjectContent content,
        List<SimulatedNode> copies) {

    /** Chooses two nodes in different datacenters. */
    static List<SimulatedNode> twoNodes(List<SimulatedNode> nodes, SplittableRandom random) {
        SimulatedNode first = nodes.get(random.nextInt(nodes.size()));
        List<SimulatedNode> others = nodes.stream()
                .filter(node -> !node.datacenter().equals(first.datacenter()))
                .toList();
        return List.of(first, others.get(random.nextInt(others.size())));
    }
}
