package io.rebalancer.playground;

import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The command-line options that describe the simulated region. */
final class RegionArguments {
    private static final int MIN_NODES = 3;
    private static final int MAX_NODES = 50;
    private static final int MAX_OBJECTS = 10_000_000;
    private static final int MAX_SHARDS = 64;

    @Option(
            names = "--nodes",
            paramLabel = "K",
            defaultValue = "5",
            description = "number of storage nodes, spread over 3 datacenters (default: ${DEFAULT-VALUE})")
    private int nodes;

    @Option(
            names = "--objects",
            paramLabel = "N",
            defaultValue = "2000",
            description = "number of objects, each with two copies (default: ${DEFAULT-VALUE})")
    private int objects;

    @Option(
            names = "--object-size",
            paramLabel = "BYTES",
            description = "size of every object (default: a realistic mix of sizes)")
    private @Nullable Integer objectSize;

    @Option(names = "--from", paramLabel = "DIR", description = "use the files below DIR as the objects")
    private @Nullable Path from;

    @Option(
            names = "--shards",
            paramLabel = "S",
            defaultValue = "2",
            description = "number of metadata shards (default: ${DEFAULT-VALUE})")
    private int shards;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "seed of the region; the same seed gives the same region (default: ${DEFAULT-VALUE})")
    private long seed;

    int nodes() {
        return nodes;
    }

    /** @throws InvalidArgument naming the first wrong option */
    RegionPlan plan() throws InvalidArgument {
        InvalidArgument.unless(
                nodes >= MIN_NODES && nodes <= MAX_NODES,
                "--nodes must be " + MIN_NODES + " to " + MAX_NODES + ", not " + nodes);
        InvalidArgument.unless(
                objects >= 0 && objects <= MAX_OBJECTS, "--objects must be 0 to " + MAX_OBJECTS + ", not " + objects);
        InvalidArgument.unless(
                shards >= 1 && shards <= MAX_SHARDS, "--shards must be 1 to " + MAX_SHARDS + ", not " + shards);
        InvalidArgument.unless(
                objectSize == null || objectSize >= 0, "--object-size must be at least 0, not " + objectSize);
        InvalidArgument.unless(from == null || Files.isDirectory(from), "--from " + from + " is not a directory");
        return new RegionPlan(
                nodes,
                objects,
                objectSize == null ? OptionalLong.empty() : OptionalLong.of(objectSize),
                Optional.ofNullable(from),
                shards,
                seed);
    }
}
