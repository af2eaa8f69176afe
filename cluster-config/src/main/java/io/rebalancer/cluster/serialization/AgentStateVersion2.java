package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of {@code AgentState} adds the epochs of jobs, which start empty. */
public final class AgentStateVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = (ObjectNode) json;
        state.putObject("epochs");
        return state;
    }
}
