package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Versions of classes that contain low-water marks. In version 3 a mark counts the unmoved records before it. Marks of
 * earlier versions count none: a job that is in a pass then counts those records with the next pass or verification.
 * Version 1 omitted an empty {@code afterKey} and an {@code excluded} of 0.
 */
public final class MarksVersion3 extends JacksonMigration {
    private static final int CURRENT = 3;

    @Override
    public int currentVersion() {
        return CURRENT;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        completeMarks(json);
        return json;
    }

    /** @param holder the parent of {@code marks} */
    static void completeMarks(JsonNode holder) {
        for (JsonNode each : holder.path("marks")) {
            ObjectNode mark = (ObjectNode) each;
            if (!mark.has("afterKey")) {
                mark.put("afterKey", "");
            }
            if (!mark.has("excluded")) {
                mark.put("excluded", 0);
            }
            if (!mark.has("unmoved")) {
                ObjectNode unmoved = mark.putObject("unmoved");
                unmoved.put("skipped", 0).put("failed", 0).put("retryable", 0);
                unmoved.putObject("skippedBy");
                unmoved.putObject("failedBy");
            }
        }
    }
}
