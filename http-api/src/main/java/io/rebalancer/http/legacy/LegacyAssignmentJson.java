package io.rebalancer.http.legacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.legacy.LegacyAssignment;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.http.server.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Assignments in JSON (manta.md 3.1, 3.2, 3.4). Each structure is read as an object, or as a list of its fields in the
 * order of their declaration. It is written as an object.
 */
public final class LegacyAssignmentJson {
    private static final List<String> PAYLOAD = List.of("id", "tasks");
    private static final List<String> TASK = List.of("object_id", "owner", "md5sum", "source", "status");
    private static final List<String> SOURCE = List.of("datacenter", "manta_storage_id");

    private LegacyAssignmentJson() {}

    /** The body of a POST. */
    record Payload(UUID id, List<LegacyTask> tasks) {}

    /** The payload; empty if the body is not a valid payload. The legacy agent gives no reason either. */
    public static Optional<Payload> read(String body) {
        JsonNode payload;
        try {
            payload = Json.read(body);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        Optional<UUID> id = field(payload, PAYLOAD, "id")
                .filter(JsonNode::isTextual)
                .flatMap(text -> LegacyUuids.parse(text.textValue()));
        Optional<JsonNode> list = field(payload, PAYLOAD, "tasks").filter(JsonNode::isArray);
        if (id.isEmpty() || list.isEmpty()) {
            return Optional.empty();
        }
        List<LegacyTask> tasks = new ArrayList<>();
        Set<String> objects = new HashSet<>();
        for (JsonNode each : list.get()) {
            Optional<LegacyTask> task = task(each);
            if (task.isEmpty() || !objects.add(task.get().objectId())) {
                return Optional.empty();
            }
            tasks.add(task.get());
        }
        return Optional.of(new Payload(id.get(), tasks));
    }

    private static Optional<LegacyTask> task(JsonNode task) {
        Optional<String> objectId = text(task, TASK, "object_id");
        Optional<String> owner = text(task, TASK, "owner");
        Optional<String> md5sum = text(task, TASK, "md5sum");
        Optional<JsonNode> source = field(task, TASK, "source");
        Optional<String> datacenter = source.flatMap(each -> text(each, SOURCE, "datacenter"));
        Optional<String> storageId = source.flatMap(each -> text(each, SOURCE, "manta_storage_id"));
        boolean isComplete = objectId.isPresent()
                && owner.isPresent()
                && md5sum.isPresent()
                && datacenter.isPresent()
                && storageId.isPresent();
        return isComplete
                ? Optional.of(new LegacyTask(
                        objectId.get(),
                        owner.get(),
                        md5sum.get(),
                        datacenter.get(),
                        storageId.get(),
                        text(task, TASK, "bucket_id"),
                        text(task, TASK, "object_name_hash")))
                : Optional.empty();
    }

    private static Optional<String> text(JsonNode from, List<String> fields, String name) {
        return field(from, fields, name).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    private static Optional<JsonNode> field(JsonNode from, List<String> fields, String name) {
        JsonNode field = from.isArray() && fields.contains(name) ? from.path(fields.indexOf(name)) : from.path(name);
        return Optional.of(field).filter(each -> !each.isMissingNode() && !each.isNull());
    }

    /** The response to a GET. It lists failed tasks only, and only when the assignment is complete. */
    public static ObjectNode status(LegacyAssignment assignment) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("uuid", assignment.id().toString());
        ObjectNode stats = status.putObject("stats");
        stats.set("state", state(assignment));
        stats.put("failed", assignment.failures().size());
        stats.put("complete", assignment.done().size());
        stats.put("total", assignment.tasks().size());
        return status;
    }

    private static JsonNode state(LegacyAssignment assignment) {
        if (!assignment.complete()) {
            return JsonNodeFactory.instance.textNode(assignment.done().isEmpty() ? "Scheduled" : "Running");
        }
        ObjectNode complete = JsonNodeFactory.instance.objectNode();
        if (assignment.failures().isEmpty()) {
            return complete.putNull("Complete");
        }
        ArrayNode failed = complete.putArray("Complete");
        for (Map.Entry<Integer, LegacyFailure> each : new TreeMap<>(assignment.failures()).entrySet()) {
            failed.add(failedTask(assignment.tasks().get(each.getKey()), each.getValue()));
        }
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
