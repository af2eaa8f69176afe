package io.rebalancer.http.v1.agents;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents;
import io.rebalancer.core.port.HeldAssignments.Drop;
import io.rebalancer.http.server.AgentJson;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.HeldPages;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import io.rebalancer.http.server.StorageNodeIds;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The agents of storage nodes in API v1 of a manager. It has what the API of each agent has.
 *
 * <pre>
 *   GET    /api/v1/storage-nodes/NODE/agent                         status, limits and sources
 *   PUT    /api/v1/storage-nodes/NODE/agent/limits                  changes the limits in the body; omitted limits keep their value
 *   PUT    /api/v1/storage-nodes/NODE/agent/gate                    sets the gate; 202 if the agent has not acknowledged it yet
 *   GET    /api/v1/storage-nodes/NODE/agent/assignments             the held assignments, page by page
 *   DELETE /api/v1/storage-nodes/NODE/agent/assignments/ID?force=   drops one whose job is lost; its copies stay
 * </pre>
 */
public final class FleetAgentRoutes extends AllDirectives {
    private final FleetAgents agents;
    private final AuditedActions audit;

    /** @param audit records each action */
    public FleetAgentRoutes(FleetAgents agents, AuditedActions audit) {
        this.agents = agents;
        this.audit = audit;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/storage-nodes")
                        .slash(PathMatchers.segment())
                        .slash("agent"),
                node -> concat(
                        pathEnd(() -> get(() -> StorageNodeIds.parsed(node, this::status))),
                        path("limits", () -> put(() -> StorageNodeIds.parsed(node, this::changeLimits))),
                        path("gate", () -> put(() -> StorageNodeIds.parsed(node, this::setGate))),
                        path("assignments", () -> get(() -> StorageNodeIds.parsed(node, this::assignments))),
                        path(
                                PathMatchers.segment("assignments").slash(PathMatchers.segment()),
                                id -> delete(() -> StorageNodeIds.parsed(node, parsed -> drop(parsed, id))))));
    }

    private Route status(StorageNodeId node) {
        return Problems.complete(
                agents.control(node).status().thenApply(status -> Json.response(StatusCodes.OK, status)));
    }

    private Route changeLimits(StorageNodeId node) {
        return RequestBody.parsed(
                AgentJson::parseLimits,
                change -> act(operator -> operator.perform(
                                AgentActions.changeLimits(node, change),
                                () -> agents.control(node).change(change))
                        .thenApply(limits -> Json.response(StatusCodes.OK, limits))));
    }

    private Route setGate(StorageNodeId node) {
        return RequestBody.parsed(AgentJson::parseGate, gate -> act(operator -> setGate(operator, node, gate)));
    }

    private CompletionStage<HttpResponse> setGate(Operator operator, StorageNodeId node, CopyGate gate) {
        return operator.perform(
                        AgentActions.setGate(node, gate),
                        () -> agents.control(node).setGate(gate),
                        status -> Outcome.accepted(Map.of("acknowledged", String.valueOf(status.acknowledged()))))
                .thenApply(AgentJson::gateResponse);
    }

    private Route assignments(StorageNodeId node) {
        return Paging.page("assignments", HeldPages.of(agents.held(node)), Function.identity());
    }

    private Route drop(StorageNodeId node, String text) {
        Optional<UUID> id = JobIds.parse(text);
        return id.isEmpty()
                ? complete(Problems.badRequest("not an assignment id (a UUID): " + text))
                : drop(node, id.get());
    }

    private Route drop(StorageNodeId node, UUID id) {
        return AgentJson.withForce(force -> act(operator -> operator.perform(
                        AgentActions.drop(node, id, force),
                        () -> agents.held(node).drop(id, force),
                        FleetAgentRoutes::outcome)
                .thenApply(result -> response(node, id, result))));
    }

    private static Outcome outcome(Drop result) {
        return switch (result) {
            case DROPPED -> Outcome.accepted(Map.of());
            case UNKNOWN -> Outcome.refused("ASSIGNMENT_NOT_FOUND");
            case IN_PROGRESS -> Outcome.refused("ASSIGNMENT_IN_PROGRESS");
        };
    }

    private static HttpResponse response(StorageNodeId node, UUID id, Drop result) {
        return switch (result) {
            case DROPPED -> Json.response(StatusCodes.OK, new Dropped(node.text(), id));
            case UNKNOWN ->
                Problem.of(
                        StatusCodes.NOT_FOUND,
                        "ASSIGNMENT_NOT_FOUND",
                        "the agent of " + node + " holds no assignment " + id + "; GET /api/v1/storage-nodes/" + node
                                + "/agent/assignments lists those that it holds");
            case IN_PROGRESS ->
                Problem.of(
                        StatusCodes.CONFLICT,
                        "ASSIGNMENT_IN_PROGRESS",
                        "copies of assignment " + id + " are in progress at the agent of " + node
                                + "; add ?force=true to end them. Drop an assignment only if no manager knows its job"
                                + " any more");
        };
    }

    /** An assignment that the agent has forgotten. */
    private record Dropped(String storageNode, UUID id) {}

    private Route act(Function<Operator, CompletionStage<HttpResponse>> action) {
        return audit.as(operator -> Problems.complete(action.apply(operator)));
    }
}
