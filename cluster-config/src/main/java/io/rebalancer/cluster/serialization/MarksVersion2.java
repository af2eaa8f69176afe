package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Version 2 of classes that contain low-water marks stores every field of a mark. Version 1 omitted an empty
 * {@code afterKey} and an {@code excluded} of 0.
 */
public final class MarksVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        completeMarks(json);
        return json;
    }

    static void completeMarks(JsonNode holder) {
        for (JsonNode each : holder.path("marks")) {
            ObjectNode mark = (ObjectNode) each;
            if (!mark.has("afterKey")) {
                mark.put("afterKey", "");
            }
            if (!mark.has("excluded")) {
                mark.put("excluded", 0);
            }
        }
    }
}
