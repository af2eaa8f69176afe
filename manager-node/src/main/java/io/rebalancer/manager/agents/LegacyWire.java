package io.rebalancer.manager.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Assignments in the JSON of legacy agents (manta.md 3.1 to 3.4). Writes one form, and reads the forms of every generation. */
final class LegacyWire {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOT_FOUND = 404;

    private LegacyWire() {}

    /**
     * The body of a POST. The legacy wire has room for one source per task: the best one. A task has no {@code status}:
     * every generation defaults to pending, and the asynchronous rewrite rejects the text that the others write.
     */
    static String payload(Assignment assignment) {
        ObjectNode payload = JSON.createObjectNode().put("id", assignment.id().toString());
        ArrayNode tasks = payload.putArray("tasks");
        for (CopyTask task : assignment.tasks()) {
            ObjectNode json = tasks.addObject();
            json.put("object_id", task.objectId().toString());
            json.put("owner", task.owner().toString());
            json.put("md5sum", task.md5().base64());
            // Agents ignore the datacenter, and only the name of a source is known here.
            json.putObject("source")
                    .put("datacenter", "")
                    .put("manta_storage_id", task.sources().get(0).text());
        }
        return payload.toString();
    }

    /**
     * Reads the answer to a GET.
     *
     * @return the failed copies if the assignment is complete, or empty while it is not
     * @throws IllegalArgumentException if the body is no status of an assignment
     */
    static Optional<List<UnmovedRecord>> failures(Assignment assignment, String body) {
        JsonNode state;
        try {
            state = JSON.readTree(body).path("stats").path("state");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        if (state.isTextual()) {
            return Optional.empty();
        }
        JsonNode complete = state.path("Complete");
        if (!complete.isNull() && !complete.isArray()) {
            throw new IllegalArgumentException("not the state of an assignment: " + state);
        }
        Map<String, CopyTask> tasks = new HashMap<>();
        assignment.tasks().forEach(task -> tasks.put(task.objectId().toString(), task));
        List<UnmovedRecord> failures = new ArrayList<>();
        for (JsonNode failed : complete) {
            CopyTask task = tasks.get(failed.path("object_id").asText());
            if (task == null) {
                throw new IllegalArgumentException("failed task is not in the assignment: " + failed);
            }
            failures.add(failure(assignment, task, failed.path("status")));
        }
        return Optional.of(failures);
    }

    private static UnmovedRecord failure(Assignment assignment, CopyTask task, JsonNode status) {
        JsonNode reason = status.has("Failed") ? status.path("Failed") : status.path("reason");
        String detail =
                "agent of " + assignment.destination().storageNode() + ", object " + task.objectId() + ": " + reason;
        return new UnmovedRecord(task.record(), UnmovedRecord.Kind.SKIPPED, reason(reason), detail);
    }

    private static Reason reason(JsonNode reason) {
        String word = reason.isTextual()
                ? reason.textValue()
                : reason.path("type")
                        .asText(
                                reason.fieldNames().hasNext()
                                        ? reason.fieldNames().next()
                                        : "");
        int status =
                reason.path("HTTPStatusCode").asInt(reason.path("status_code").asInt());
        return switch (word) {
            case "MD5Mismatch" -> Reason.MD5_MISMATCH;
            case "AgentFSError" -> Reason.AGENT_FS_ERROR;
            case "SourceObjectNotFound" -> Reason.SOURCE_OBJECT_NOT_FOUND;
            case "HTTPStatusCode" -> status == NOT_FOUND ? Reason.SOURCE_OBJECT_NOT_FOUND : Reason.HTTP_STATUS_CODE;
            // An unknown reason of a newer agent must not fail the report; the detail contains it verbatim.
            default -> Reason.SOURCE_OTHER_ERROR;
        };
    }
}
