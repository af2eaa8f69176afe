package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.NewRun;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The body of {@code POST /api/v1/reconciliation/runs}: {@code
 * {"mode":"observe","nodes":["..."],"acceptRoots":false,"readContents":false}}.
 *
 * @param nodes the storage nodes to compare, each once; empty for all of the fleet
 * @param readContents whether the contents of all files are read too
 */
record NewRunRequest(RunMode mode, List<StorageNodeId> nodes, boolean acceptRoots, boolean readContents) {
    private static final Set<String> FIELDS = Set.of("mode", "nodes", "acceptRoots", "readContents");

    NewRunRequest {
        nodes = List.copyOf(nodes);
    }

    static NewRunRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, FIELDS);
        return new NewRunRequest(
                mode(request.path("mode")),
                NodesField.parse(request, "nodes", NodesField.MAX_NODES, "compare all storage nodes"),
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

    NewRun order(UUID id, String orderedBy) {
        return new NewRun(id, mode, nodes, acceptRoots, readContents, orderedBy);
    }

    /** The request as the audit log records it. */
    Action action() {
        Action action = Action.on("reconciliation.run", NodesField.named(nodes, "all storage nodes"))
                .with("mode", mode.word());
        if (acceptRoots) {
            action = action.with("acceptRoots", "true");
        }
        return readContents ? action.with("readContents", "true") : action;
    }
}
