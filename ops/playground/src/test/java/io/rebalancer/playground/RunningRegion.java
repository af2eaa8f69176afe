package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What tests read from a region that the playground runs in a directory: its addresses and its records. */
final class RunningRegion {

    private RunningRegion() {}

    /** A terminal that discards its output. */
    static Terminal quietTerminal() {
        return new Terminal(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8), false);
    }

    /** The metadata shards of the region in {@code directory}. */
    static List<RegionSurvey.ShardAddress> shards(Path directory) throws IOException {
        List<RegionSurvey.ShardAddress> shards = new ArrayList<>();
        for (JsonNode shard : addresses(directory).path("morayShards")) {
            shards.add(new RegionSurvey.ShardAddress(
                    shard.path("number").asInt(),
                    shard.path("host").asText(),
                    shard.path("port").asInt()));
        }
        return shards;
    }

    /** Calls the API of the region's manager; of the first, if there are several. */
    static HttpCalls manager(Path directory) throws IOException {
        return HttpCalls.to(addresses(directory).path("manager").asText());
    }

    private static JsonNode addresses(Path directory) throws IOException {
        return ExactJson.MAPPER.readTree(directory.resolve("region.json").toFile());
    }

    /** Whether a metadata record names {@code storageNode} as the place of a copy. */
    static boolean recordNames(RegionSurvey.Found found, String storageNode) {
        for (JsonNode shark : found.value().path("sharks")) {
            if (shark.path("manta_storage_id").asText().equals(storageNode)) {
                return true;
            }
        }
        return false;
    }
}
