package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of the events that start or end tasks of a legacy assignment states when that was. */
public final class LegacyEventVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        return ((ObjectNode) json).putNull("at");
    }
}
