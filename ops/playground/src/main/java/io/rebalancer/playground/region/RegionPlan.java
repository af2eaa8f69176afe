package io.rebalancer.playground.region;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The size and contents of a region. The same plan gives the same region.
 *
 * @param nodes number of storage nodes, at least 3, spread over three datacenters
 * @param objects number of generated objects, at least 0; ignored when {@code from} is given
 * @param objectSize size of every generated object in bytes, or empty for a realistic mix
 * @param from directory whose files become the objects, or empty for generated objects
 * @param shards number of metadata shards, at least 1
 * @param seed seed of all random choices
 */
public record RegionPlan(int nodes, int objects, OptionalLong objectSize, Optional<Path> from, int shards, long seed) {
    /** Domain of all storage ids. */
    public static final String DOMAIN = "playground.test";

    private static final int DATACENTERS = 3;

    /** The storage nodes, with their object directories below {@code directory}. */
    public List<SimulatedNode> storageNodes(Path directory) {
        return IntStream.rangeClosed(1, nodes)
                .mapToObj(number -> new SimulatedNode(
                        number,
                        storageId(number),
                        "dc" + ((number - 1) % DATACENTERS + 1),
                        directory.resolve("nodes").resolve(storageId(number)).resolve("manta")))
                .toList();
    }

    /** Storage id of the node with this number, 1 for the first. */
    public static String storageId(int number) {
        return number + ".stor." + DOMAIN;
    }
}
