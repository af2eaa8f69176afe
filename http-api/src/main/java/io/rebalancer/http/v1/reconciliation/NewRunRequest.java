package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.NewRun;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The body of {@code POST /api/v1/reconciliation/runs}: {@code {"mode":"observe","nodes":["..."],"acceptRoots":false,"readContents":false}}.
 *
 * @param nodes the storage nodes to compare, each once; empty for all of the fleet
 * @param readContents whether the contents of all files are read too
 */
record NewRunRequest(RunMode mode, List<StorageNodeId> nodes, boolean acceptRoots, boolean readContents) {
    static final int MAX_NODES = 1000;
    /** The audit log names no more storage nodes. */
    private static final int MAX_NAMED = 20;

    private static final Set<String> FIELDS = Set.of("mode", "nodes", "acceptRoots", "readContents");

    NewRunRequest {
        nodes = List.copyOf(nodes);
    }

    static NewRunRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, FIELDS);
        return new NewRunRequest(
                mode(request.path("mode")),
                nodes(request.path("nodes")),
                flag(request, "acceptRoots"),
                flag(request, "readContents"));
    }

    private static boolean flag(JsonNode request, String name) throws MalformedBody {
        JsonNode flag = request.path(name);
        if (!flag.isMissingNode() && !flag.isBoolean()) {
            throw new MalformedBody(name + " must be true or false, not " + flag);
        }
        return flag.asBoolean();
    }

    private static RunMode mode(JsonNode mode) throws MalformedBody {
        return switch (mode.asText()) {
            case "observe" -> RunMode.OBSERVE;
            case "plan" -> RunMode.PLAN;
            default ->
                throw new MalformedBody(
                        "mode must be \"observe\" or \"plan\"" + (mode.isMissingNode() ? "" : ", not " + mode));
        };
    }

    private static List<StorageNodeId> nodes(JsonNode list) throws MalformedBody {
        if (list.isMissingNode()) {
            return List.of();
        }
        if (!list.isArray() || list.isEmpty() || list.size() > MAX_NODES) {
            throw new MalformedBody("nodes must be a list of 1 to " + MAX_NODES
                    + " storage ids; leave it out to compare all storage nodes");
        }
        List<StorageNodeId> nodes = new ArrayList<>();
        for (JsonNode each : list) {
            nodes.add(node(each));
        }
        return nodes.stream().distinct().sorted().toList();
    }

    private static StorageNodeId node(JsonNode text) throws MalformedBody {
        try {
            return new StorageNodeId(text.isTextual() ? text.textValue() : "");
        } catch (IllegalArgumentException e) {
            throw new MalformedBody("nodes must be storage ids, such as \"1.stor.us-east.example.com\", not " + text);
        }
    }

    NewRun order(UUID id, String orderedBy) {
        return new NewRun(id, mode, nodes, acceptRoots, readContents, orderedBy);
    }

    /** The request as the audit log records it. */
    Action action() {
        Action action = Action.on("reconciliation.run", subject()).with("mode", mode.word());
        if (acceptRoots) {
            action = action.with("acceptRoots", "true");
        }
        return readContents ? action.with("readContents", "true") : action;
    }

    private String subject() {
        if (nodes.isEmpty()) {
            return "all storage nodes";
        }
        return nodes.size() > MAX_NAMED
                ? nodes.size() + " storage nodes"
                : nodes.stream().map(StorageNodeId::text).collect(Collectors.joining(","));
    }
}
