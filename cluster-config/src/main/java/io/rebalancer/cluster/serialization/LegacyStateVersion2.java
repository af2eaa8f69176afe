package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Version 2 of {@code LegacyState} keeps of an ended assignment only the number of its tasks and the failed ones. Version 1
 * kept every task of every assignment, and not when an assignment ended.
 */
public final class LegacyStateVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        ObjectNode open = state.putObject("open");
        ObjectNode ended = state.putObject("ended");
        for (Map.Entry<String, JsonNode> each : json.path("assignments").properties()) {
            JsonNode assignment = each.getValue();
            if (assignment.path("done").size() == assignment.path("tasks").size()) {
                ended.set(String.valueOf(ended.size()), ended(assignment));
            } else {
                open.set(each.getKey(), assignment);
            }
        }
        return state;
    }

    private static ObjectNode ended(JsonNode assignment) {
        ObjectNode ended = JsonNodeFactory.instance.objectNode();
        JsonNode tasks = assignment.path("tasks");
        ended.set("id", assignment.path("id"));
        ended.put("taskCount", tasks.size());
        ArrayNode failed = ended.putArray("failed");
        for (int i = 0; i < tasks.size(); i++) {
            JsonNode failure = assignment.path("failures").path(String.valueOf(i));
            if (failure.isObject()) {
                failed.addObject().<ObjectNode>set("task", tasks.get(i)).set("failure", failure);
            }
        }
        ended.putNull("endedAt");
        return ended;
    }
}
