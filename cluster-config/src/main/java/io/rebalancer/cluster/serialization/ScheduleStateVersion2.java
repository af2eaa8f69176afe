package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of {@code ScheduleState} adds what is known of ended runs and of runs that begin at cron times. */
public final class ScheduleStateVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = (ObjectNode) json;
        state.putObject("compared");
        state.putArray("unrecorded");
        state.putObject("recurring")
                .put("times", "")
                .putNull("seed")
                .put("decidedTo", "1970-01-01T00:00:00Z")
                .putNull("last")
                .putNull("skipped");
        return state;
    }
}
