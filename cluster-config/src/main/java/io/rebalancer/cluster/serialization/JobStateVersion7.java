package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.settings.SettingName;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Versions of a job's state. Version 7 has all settings that operators choose, and who chose them. Version 6 can be paused. Version 5 counts unmoved records in its marks instead of listing them, and
 * knows whether an agent has accepted an assignment. Version 4 added pending releases, the verification, orphans, and times of passes. Version 3 is
 * composed of parts; versions 1 and 2 were one flat list. Version 2 added counts by reason, the epoch, and complete marks.
 */
public final class JobStateVersion7 extends JacksonMigration {
    private static final int CURRENT = 7;
    private static final int PAUSABLE = 6;
    private static final int WITH_COUNTS = 5;
    private static final int WITH_LEDGER = 4;
    private static final int COMPOSED = 3;
    private static final int WITH_EPOCH = 2;

    @Override
    public int currentVersion() {
        return CURRENT;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode state = (ObjectNode) json;
        ObjectNode counted = fromVersion < WITH_COUNTS ? upToCounts(fromVersion, state) : state;
        return withSettings(fromVersion < PAUSABLE ? counted.putNull("interrupted") : counted);
    }

    /** Earlier builds kept one number, and not who chose it. */
    static ObjectNode withSettings(ObjectNode state) {
        if (state.path("order") instanceof ObjectNode order) {
            order.putNull("selection");
        }
        int parallelism = state.remove("tuning").path("commitParallelism").asInt();
        ObjectNode values = state.putObject("settings").putNull("window").putObject("values");
        if (parallelism > 0) {
            values.putObject(SettingName.COMMIT_PARALLELISM.name())
                    .put("value", parallelism)
                    .put("by", "")
                    .putNull("at");
        }
        return state;
    }

    private static ObjectNode upToCounts(int fromVersion, ObjectNode json) {
        ObjectNode composed = fromVersion < COMPOSED ? fromFlat(fromVersion, json) : json;
        return withCountsInMarks(fromVersion < WITH_LEDGER ? withLedger(composed) : composed);
    }

    private static ObjectNode withCountsInMarks(ObjectNode state) {
        ((ObjectNode) state.get("outcomes")).remove("excepted");
        ((ObjectNode) state.get("passes")).put("scope", "ALL_RECORDS");
        MarksVersion3.completeMarks(state.get("scan"));
        for (JsonNode assignment : state.path("inFlight").path("byId")) {
            ObjectNode inFlight = (ObjectNode) assignment;
            boolean copied = inFlight.remove("copied").asBoolean();
            inFlight.put("state", copied ? "COPIED" : "PLANNED").put("resumed", false);
        }
        return state;
    }

    private static ObjectNode fromFlat(int fromVersion, ObjectNode flat) {
        return compose(fromVersion < WITH_EPOCH ? completed(flat) : flat);
    }

    /** Earlier builds sent a release once and kept nothing of it. */
    static ObjectNode withLedger(ObjectNode state) {
        state.putObject("releases").putObject("byId");
        state.putNull("verification");
        ((ObjectNode) state.get("outcomes")).put("orphans", 0);
        ((ObjectNode) state.get("passes")).putNull("fruitlessSince").putNull("finishedAt");
        return state;
    }

    /** Version 1 has no counts by reason, so the breakdown starts empty. Jobs of version 1 get epoch 1. */
    private static ObjectNode completed(ObjectNode flat) {
        MarksVersion3.completeMarks(flat);
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
