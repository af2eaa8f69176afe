package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Of a class that is still as it was first made. There is nothing to migrate; what says version 2 is refused. */
public final class Version1 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 1;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        return json;
    }
}
