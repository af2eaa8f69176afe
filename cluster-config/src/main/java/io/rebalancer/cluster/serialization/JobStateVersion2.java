package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/** Version 2 of a job's state counts its exceptions by cause, has an epoch, and says all of its marks. */
public final class JobStateVersion2 extends JacksonMigration {
    @Override
    public int currentVersion() {
        return 2;
    }

    /** What was not counted by then is not known by cause; a job that exists is in its first incarnation. */
    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        MarksVersion2.completeMarks(json);
        ObjectNode state = (ObjectNode) json;
        for (String counts : new String[] {"skippedBy", "failedBy"}) {
            if (!state.has(counts)) {
                state.putObject(counts);
            }
        }
        state.put("epoch", 1);
        return state;
    }
}
