package io.rebalancer.playground;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** {@code region.json}: where everything is, for people and programs that want to look for themselves. */
final class RegionFile {

    private RegionFile() {}

    /** Written when everything is ready, and whole from the first moment. */
    static void write(Path directory, Region region, ClusterLayout rebalancer, Map<String, Long> processIds)
            throws IOException {
        ObjectNode json = ExactJson.MAPPER.createObjectNode();
        json.put("manager", rebalancer.manager().http().toString());
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
                        .put("http", region.files(node))
                        .put(
                                "agent",
                                rebalancer.agentOf(node.storageId()).http().toString())
                        .put("root", node.root().toString()));
        json.put("domain", RegionPlan.DOMAIN);
        if (!processIds.isEmpty()) {
            ObjectNode processes = json.putObject("processes");
            processIds.forEach(processes::put);
        }
        writeWhole(directory.resolve("region.json"), json);
    }

    /** By way of a temporary name, so that nobody reads half of it. */
    static void writeWhole(Path file, ObjectNode json) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(
                part, ExactJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
