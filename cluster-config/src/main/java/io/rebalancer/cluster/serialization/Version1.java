package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version of a class that has never changed. There is nothing to migrate; data of a later version is rejected. */
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
