package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of a plan counts the objects with fewer than two copies outside lost datacenters, and its scenario can have a window. */
public final class PlanFoundVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ((ObjectNode) json.path("plan").path("progress")).putNull("belowTwoCopies");
        return ScenarioVersion2.withWindow(json);
    }
}
