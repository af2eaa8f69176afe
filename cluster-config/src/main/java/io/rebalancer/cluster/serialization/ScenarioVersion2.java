package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of messages with the scenario of a plan: a scenario can have a window. */
public final class ScenarioVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        return withWindow(json);
    }

    static JsonNode withWindow(JsonNode json) {
        json.findValues("scenario").forEach(scenario -> ((ObjectNode) scenario).putNull("window"));
        return json;
    }
}
