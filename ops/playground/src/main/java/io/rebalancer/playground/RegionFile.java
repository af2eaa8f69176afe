package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code region.json}: the addresses, directories and processes of a region, for people and programs that use it.
 *
 * @param manager base URL of the first manager
 */
record RegionFile(URI manager, List<ShardAddress> shards) {
    private static final String NAME = "region.json";

    RegionFile {
        shards = List.copyOf(shards);
    }

    /** Writes the file atomically, once every node is ready. */
    static void write(Path directory, Region region, ClusterLayout cluster, Map<String, Long> processIds)
            throws IOException {
        ObjectNode json = ExactJson.MAPPER.createObjectNode();
        json.put("manager", cluster.manager().http().toString());
        json.put("storinfo", region.storinfo());
        ArrayNode shards = json.putArray("morayShards");
        region.shards()
                .forEach(shard -> shards.addObject()
                        .put("number", shard.number())
                        .put("host", shard.host())
                        .put("port", shard.port()));
        ArrayNode nodes = json.putArray("storageNodes");
        region.nodes()
                .forEach(node -> nodes.addObject()
                        .put("storageId", node.storageId())
                        .put("datacenter", node.datacenter())
                        .put("http", region.fileServer(node))
                        .put("agent", cluster.agentOf(node.storageId()).http().toString())
                        .put("root", node.root().toString()));
        json.put("domain", RegionPlan.DOMAIN);
        if (!processIds.isEmpty()) {
            ObjectNode processes = json.putObject("processes");
            processIds.forEach(processes::put);
        }
        replace(directory.resolve(NAME), json);
    }

    /** Reads what {@link #write} has written to {@code directory}. */
    static RegionFile read(Path directory) throws IOException {
        JsonNode json = ExactJson.MAPPER.readTree(directory.resolve(NAME).toFile());
        List<ShardAddress> shards = new ArrayList<>();
        for (JsonNode shard : json.path("morayShards")) {
            shards.add(new ShardAddress(
                    shard.path("number").asInt(),
                    shard.path("host").asText(),
                    shard.path("port").asInt()));
        }
        return new RegionFile(URI.create(json.path("manager").asText()), shards);
    }

    /** Writes a temporary file and renames it, so that no reader sees an incomplete file. */
    static void replace(Path file, ObjectNode json) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(
                temporary, ExactJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
