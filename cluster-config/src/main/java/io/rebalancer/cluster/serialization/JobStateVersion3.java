package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Versions of a job's state. Version 3 is composed of parts; versions 1 and 2 were one flat list. Version 2 added counts by
 * reason, the epoch, and complete marks.
 */
public final class JobStateVersion3 extends JacksonMigration {
    private static final int COMPOSED = 3;
    private static final int WITH_EPOCH = 2;

    @Override
    public int currentVersion() {
        return COMPOSED;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode flat = (ObjectNode) json;
        return compose(fromVersion < WITH_EPOCH ? completed(flat) : flat);
    }

    /** Version 1 has no counts by reason, so the breakdown starts empty. Jobs of version 1 get epoch 1. */
    private static ObjectNode completed(ObjectNode flat) {
        MarksVersion2.completeMarks(flat);
        for (String counts : new String[] {"skippedBy", "failedBy"}) {
            if (!flat.has(counts)) {
                flat.putObject(counts);
            }
        }
        flat.put("epoch", 1);
        return flat;
    }

    static ObjectNode compose(ObjectNode flat) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode state = nodes.objectNode();
        state.set("phase", flat.get("phase"));
        JsonNode leaving = flat.path("leaving");
        if (leaving.isObject()) {
            state.putObject("order").<ObjectNode>set("leaving", leaving).set("maxRecords", flat.get("maxRecords"));
        } else {
            state.putNull("order");
        }
        state.set("epoch", flat.get("epoch"));
        state.putObject("passes")
                .<ObjectNode>set("number", flat.get("pass"))
                .<ObjectNode>set("fruitlessInARow", flat.get("fruitlessPasses"))
                .set("settledBefore", flat.get("settledBefore"));
        state.putObject("scan").set("marks", flat.get("marks"));
        state.putObject("inFlight").set("byId", flat.get("inFlight"));
        ObjectNode unmoved = nodes.objectNode();
        for (String count : new String[] {"skipped", "failed", "retryable", "skippedBy", "failedBy"}) {
            unmoved.set(count, flat.get(count));
        }
        state.putObject("outcomes")
                .<ObjectNode>set("settled", flat.get("settled"))
                .<ObjectNode>set("unmoved", unmoved)
                .set("excepted", flat.get("excepted"));
        state.putObject("tuning").set("commitParallelism", flat.get("commitParallelism"));
        state.set("reason", flat.get("reason"));
        return state;
    }
}
