package io.rebalancer.adm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code agent limits}. A limit without an option keeps its value. */
final class AgentLimitOptions {
    @Option(names = "--copies", paramLabel = "N", description = "concurrent copies, 1 to 256")
    private @Nullable Long copies;

    @Option(names = "--copies-of-source", paramLabel = "N", description = "concurrent copies from one source, 1 to 256")
    private @Nullable Long copiesOfSource;

    @Option(
            names = "--bytes-per-second",
            paramLabel = "N",
            description = "content bytes of all copies in a second: 0 for no limit, or at least 65536")
    private @Nullable Long bytesPerSecond;

    @Option(
            names = "--bytes-per-second-of-source",
            paramLabel = "N",
            description = "content bytes from one source in a second: 0 for no limit, or at least 65536")
    private @Nullable Long bytesPerSecondOfSource;

    @Option(
            names = "--free-space-floor-mib",
            paramLabel = "MIB",
            description = "free space that copies leave on the file system, in MiB")
    private @Nullable Long freeSpaceFloorMib;

    @Option(
            names = "--fill-ceiling-percent",
            paramLabel = "N",
            description = "how full copies may make the file system, 1 to 100")
    private @Nullable Long fillCeilingPercent;

    boolean isSet() {
        return !limits().isEmpty();
    }

    /** The change as the API takes it. */
    String body() {
        return limits().toString();
    }

    private ObjectNode limits() {
        ObjectNode limits = JsonNodeFactory.instance.objectNode();
        put(limits, "parallelFetches", copies);
        put(limits, "fetchesOfSource", copiesOfSource);
        put(limits, "bytesPerSecond", bytesPerSecond);
        put(limits, "bytesPerSecondOfSource", bytesPerSecondOfSource);
        put(limits, "freeSpaceFloorMib", freeSpaceFloorMib);
        put(limits, "fillCeilingPercent", fillCeilingPercent);
        return limits;
    }

    private static void put(ObjectNode limits, String name, @Nullable Long value) {
        if (value != null) {
            limits.put(name, value);
        }
    }
}
