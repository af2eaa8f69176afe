package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 3 of {@code AgentState} adds whether a job is paused; version 2 added the epochs of jobs, which start empty. */
public final class AgentStateVersion3 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 3;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = (ObjectNode) json;
        if (fromVersion < 2) {
            state.putObject("epochs");
        }
        state.get("epochs").forEach(known -> ((ObjectNode) known).putNull("pausedAt"));
        return state;
    }
}
