package io.rebalancer.cluster.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Versions of a job's reply. Version 5 has all settings that operators choose. Version 4 lists no unmoved records, and states how far a verification has come. Version 3 carries an outline of the job. Version 2 carried the whole state, with all tasks in
 * flight, as of version 3 of {@link JobStateVersion7}; version 1 carried it as one flat list.
 */
public final class JobStandsVersion5 extends JacksonMigration {
    private static final int CURRENT = 5;
    private static final int WITH_VERIFICATION = 4;
    private static final int WITH_OUTLINE = 3;
    private static final int COMPOSED = 2;

    @Override
    public int currentVersion() {
        return CURRENT;
    }

    @Override
    public JsonNode transform(int fromVersion, JsonNode json) {
        ObjectNode reply = (ObjectNode) json;
        if (fromVersion < WITH_OUTLINE) {
            ObjectNode state = (ObjectNode) reply.get("state");
            reply.set("state", outline(fromVersion < COMPOSED ? JobStateVersion7.compose(state) : state));
            reply.putArray("waiting");
        }
        if (fromVersion < WITH_VERIFICATION) {
            ((ObjectNode) reply.path("state").path("outcomes")).remove("excepted");
            MarksVersion3.completeMarks(reply.path("state").path("scan"));
            reply.putNull("verifying");
        }
        JobStateVersion7.withSettings((ObjectNode) reply.get("state"));
        return reply;
    }

    private static ObjectNode outline(ObjectNode state) {
        ObjectNode outline = JsonNodeFactory.instance.objectNode();
        for (String same : new String[] {"phase", "order", "epoch", "scan", "tuning", "reason"}) {
            outline.set(same, state.get(same));
        }
        for (JsonNode mark : outline.path("scan").path("marks")) {
            ((ObjectNode) mark).put("afterKey", "");
        }
        outline.set("pass", state.path("passes").get("number"));
        ObjectNode outcomes = outline.putObject("outcomes");
        outcomes.set("settled", state.path("outcomes").get("settled"));
        outcomes.set("unmoved", state.path("outcomes").get("unmoved"));
        outcomes.put("orphans", 0);
        outline.put("releasesPending", 0).putNull("verification");
        ArrayNode assignments = outline.putArray("assignments");
        for (JsonNode inFlight : state.path("inFlight").path("byId")) {
            assignments.add(assignment(inFlight));
        }
        return outline;
    }

    private static ObjectNode assignment(JsonNode inFlight) {
        JsonNode assignment = inFlight.path("assignment");
        JsonNode tasks = assignment.path("tasks");
        boolean copied = inFlight.path("copied").asBoolean();
        long bytes = 0;
        for (JsonNode task : tasks) {
            bytes += task.path("sizeBytes").asLong();
        }
        ObjectNode outline = JsonNodeFactory.instance.objectNode();
        outline.set("id", assignment.get("id"));
        outline.set("destination", assignment.get("destination"));
        ObjectNode failures = outline.putObject("copyFailures");
        int failed = 0;
        for (JsonNode failure : inFlight.path("copyFailures")) {
            String reason = failure.path("reason").asText();
            failures.put(reason, failures.path(reason).asLong() + 1);
            failed++;
        }
        return outline.put("state", copied ? "COPIED" : "PLANNED")
                .put("tasks", tasks.size())
                .put("copied", copied ? tasks.size() - failed : 0)
                .put("bytes", bytes);
    }
}
