package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Version 2 of the registry's state adds the storage nodes that are out of service. The node of every earlier job is fenced,
 * because nothing proved that it was empty: an operator puts it back in service.
 */
public final class RegistryStateVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = (ObjectNode) json;
        ObjectNode nodes = state.putObject("nodes").putObject("byNode");
        for (JsonNode job : state.path("jobs")) {
            JsonNode node = job.path("leaving").path("storageNode");
            // The newest job comes first.
            if (!nodes.has(node.asText())) {
                nodes.putObject(node.asText())
                        .<ObjectNode>set("node", node)
                        .put("state", "FENCED")
                        .<ObjectNode>set("jobId", job.get("id"))
                        .set("since", job.get("createdAt"));
            }
        }
        return state;
    }
}
