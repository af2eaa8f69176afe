package io.rebalancer.playground.region;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * What a region is made of; the same plan gives the same region.
 *
 * @param nodes storage nodes, at least 3, spread over three datacenters
 * @param objects objects to make up, at least 0; without meaning when {@code from} is given
 * @param objectSize size of every made-up object in bytes, or empty for a realistic mix
 * @param from directory whose files become objects
 * @param shards metadata shards, at least 1
 */
public record RegionPlan(int nodes, int objects, OptionalLong objectSize, Optional<Path> from, int shards, long seed) {
    /** Domain of the storage ids. */
    public static final String DOMAIN = "playground.test";

    private static final int DATACENTERS = 3;

    /** The storage nodes, each with its own directory below {@code directory}. */
    public List<SimulatedNode> storageNodes(Path directory) {
        return IntStream.rangeClosed(1, nodes)
                .mapToObj(number -> new SimulatedNode(
                        number,
                        storageId(number),
                        "dc" + ((number - 1) % DATACENTERS + 1),
                        directory.resolve("nodes").resolve(storageId(number)).resolve("manta")))
                .toList();
    }

    /** Storage id of a node. */
    public static String storageId(int number) {
        return number + ".stor." + DOMAIN;
    }
}
