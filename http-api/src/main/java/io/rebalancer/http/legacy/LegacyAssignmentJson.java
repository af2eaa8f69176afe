package io.rebalancer.http.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyProgress;
import io.rebalancer.core.legacy.LegacyTask;

/** The response to a GET in JSON (manta.md 3.2, 3.4). Each structure is written as an object. */
public final class LegacyAssignmentJson {
    private LegacyAssignmentJson() {}

    /** The response to a GET. It lists failed tasks only, and only when the assignment is complete. */
    public static ObjectNode status(LegacyProgress assignment) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("uuid", assignment.id().toString());
        ObjectNode stats = status.putObject("stats");
        stats.set("state", state(assignment));
        stats.put("failed", assignment.failed());
        stats.put("complete", assignment.done());
        stats.put("total", assignment.total());
        return status;
    }

    private static JsonNode state(LegacyProgress assignment) {
        if (!assignment.ended()) {
            return JsonNodeFactory.instance.textNode(assignment.done() == 0 ? "Scheduled" : "Running");
        }
        ObjectNode complete = JsonNodeFactory.instance.objectNode();
        if (assignment.failedTasks().isEmpty()) {
            return complete.putNull("Complete");
        }
        ArrayNode failed = complete.putArray("Complete");
        assignment.failedTasks().forEach(each -> failed.add(failedTask(each.task(), each.failure())));
        return complete;
    }

    private static ObjectNode failedTask(LegacyTask task, LegacyFailure failure) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("object_id", task.objectId()).put("owner", task.owner()).put("md5sum", task.md5sum());
        json.putObject("source").put("datacenter", task.datacenter()).put("manta_storage_id", task.storageId());
        task.bucketId().ifPresent(id -> json.put("bucket_id", id));
        task.objectNameHash().ifPresent(hash -> json.put("object_name_hash", hash));
        ObjectNode status = json.putObject("status");
        if (failure.httpStatus() == 0) {
            status.put("Failed", failure.reason());
        } else {
            status.putObject("Failed").put(failure.reason(), failure.httpStatus());
        }
        return json;
    }
}
