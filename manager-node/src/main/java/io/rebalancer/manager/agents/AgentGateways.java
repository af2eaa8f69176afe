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
 * Chooses the way to each agent: a node that is set to HTTP is reached over HTTP only; any other through the cluster,
 * and over HTTP while it is no member. An assignment keeps the way it went first, so that no agent gets it twice.
 */
public final class AgentGateways implements AgentGateway {
    private final AgentGateway cluster;
    private final AgentGateway http;
    private final Set<StorageNodeId> httpOnly;
    private final ConcurrentHashMap<UUID, AgentGateway> chosen = new ConcurrentHashMap<>();

    /** @param httpOnly nodes whose agents are never looked for in the cluster */
    public AgentGateways(AgentGateway cluster, AgentGateway http, Set<StorageNodeId> httpOnly) {
        this.cluster = cluster;
        this.http = http;
        this.httpOnly = Set.copyOf(httpOnly);
    }

    @Override
    public boolean present(StorageNodeId node) {
        return (!httpOnly.contains(node) && cluster.present(node)) || http.present(node);
    }

    @Override
    public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        chosen.computeIfAbsent(
                        assignment.id(), id -> choose(assignment.destination().storageNode()))
                .assign(token, assignment, job);
    }

    @Override
    public void release(FencingToken token, StorageNodeId node, UUID assignmentId, List<UUID> unwanted) {
        AgentGateway way = chosen.remove(assignmentId);
        (way == null ? choose(node) : way).release(token, node, assignmentId, unwanted);
    }

    private AgentGateway choose(StorageNodeId node) {
        return !httpOnly.contains(node) && cluster.present(node) ? cluster : http;
    }
}
