package io.rebalancer.http.v1.plans;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.List;
import java.util.Set;

/**
 * The body of {@code POST /api/v1/plans}: {@code {"storageNode":"...","maxObjects":n}}.
 *
 * @param leavingNodes storage ids of the nodes to empty
 * @param maxObjects the maximum number of records that the job of each node takes up, or 0 for all
 */
record CreatePlanRequest(List<String> leavingNodes, long maxObjects, Scenario scenario) {
    private static final Set<String> FIELDS = Set.of("storageNode", "maxObjects");

    CreatePlanRequest {
        leavingNodes = List.copyOf(leavingNodes);
    }

    static CreatePlanRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, FIELDS);
        return new CreatePlanRequest(
                List.of(JsonFields.storageId(request, "storageNode", "storageNode")),
                JsonFields.recordLimit(request, "maxObjects", 0),
                Scenario.NONE);
    }

    /** The request as the audit log records it. */
    Action action() {
        return Action.createPlan(String.join(",", leavingNodes), maxObjects);
    }
}
