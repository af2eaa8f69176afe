package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Chooses the gateway for each agent. Nodes that are configured for HTTP are reached over HTTP only. Every other node is
 * reached through the cluster, or over HTTP while its agent is not a cluster member. All messages of an assignment use
 * the gateway that was chosen first, so no agent receives the assignment both ways.
 */
public final class AgentGateways implements AgentGateway {
    private final AgentGateway cluster;
    private final AgentGateway http;
    private final Set<StorageNodeId> httpOnly;
    private final ConcurrentHashMap<UUID, AgentGateway> chosen = new ConcurrentHashMap<>();

    /** @param httpOnly nodes that are never reached through the cluster */
    public AgentGateways(AgentGateway cluster, AgentGateway http, Set<StorageNodeId> httpOnly) {
        this.cluster = cluster;
        this.http = http;
        this.httpOnly = Set.copyOf(httpOnly);
    }

    @Override
    public boolean isReachable(StorageNodeId node) {
        return (!httpOnly.contains(node) && cluster.isReachable(node)) || http.isReachable(node);
    }

    @Override
    public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        chosen.computeIfAbsent(
                        assignment.id(), id -> choose(assignment.destination().storageNode()))
                .assign(token, assignment, job);
    }

    @Override
    public void release(FencingToken token, StorageNodeId node, UUID assignmentId, List<UUID> unwanted) {
        AgentGateway gateway = chosen.remove(assignmentId);
        (gateway == null ? choose(node) : gateway).release(token, node, assignmentId, unwanted);
    }

    @Override
    public void forget(UUID assignmentId) {
        AgentGateway gateway = chosen.remove(assignmentId);
        if (gateway != null) {
            gateway.forget(assignmentId);
        }
    }

    private AgentGateway choose(StorageNodeId node) {
        return !httpOnly.contains(node) && cluster.isReachable(node) ? cluster : http;
    }
}
