package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Versions of the registry's state. Version 3 adds what jobs look at that do not look at all records. Version 2 of the registry's state adds the storage nodes that are out of service. The node of every earlier job is fenced,
 * because nothing proved that it was empty: an operator puts it back in service.
 */
public final class RegistryStateVersion3 extends JacksonMigration {
    private static final int WITH_NODES = 2;

    @Override
    public int currentVersion() {
        return 3;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = (ObjectNode) json;
        state.putObject("selections");
        return fromVersion < WITH_NODES ? withNodes(state) : state;
    }

    private static ObjectNode withNodes(ObjectNode state) {
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
