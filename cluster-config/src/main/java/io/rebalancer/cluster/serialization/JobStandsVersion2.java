package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of a job's reply carries the state composed of parts: see {@link JobStateVersion3}. */
public final class JobStandsVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode reply = (ObjectNode) json;
        reply.set("state", JobStateVersion3.compose((ObjectNode) reply.get("state")));
        return reply;
    }
}
