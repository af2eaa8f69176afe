package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Version 8 of a job's state knows which exceptions an operator orders to retry, and keeps estimates of the end of a pass;
 * {@link JobStateVersion7} reads the others.
 */
public final class JobStateVersion8 extends JacksonMigration {
    private static final int CURRENT = 8;

    private final JobStateVersion7 earlier = new JobStateVersion7();

    @Override
    public int currentVersion() {
        return CURRENT;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        JsonNode state = fromVersion < earlier.currentVersion() ? earlier.transform(fromVersion, json) : json;
        ObjectNode passes = (ObjectNode) state.get("passes");
        passes.putObject("estimates").putArray("kept");
        ObjectNode retry = passes.putObject("retry");
        retry.putArray("ordered");
        retry.putArray("running");
        ObjectNode unvisited =
                retry.putObject("unvisited").put("skipped", 0).put("failed", 0).put("retryable", 0);
        unvisited.putObject("skippedBy");
        unvisited.putObject("failedBy");
        return state;
    }
}
