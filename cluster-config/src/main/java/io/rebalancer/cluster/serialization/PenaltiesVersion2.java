package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of the penalties of destinations states how many assignments led to each; version 1 did not count them. */
public final class PenaltiesVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode reply = (ObjectNode) json;
        JsonNode earlier = reply.path("penalties");
        ArrayNode reports = reply.putArray("penalties");
        for (JsonNode penalty : earlier) {
            reports.addObject().putNull("faults").set("penalty", penalty);
        }
        return reply;
    }
}
