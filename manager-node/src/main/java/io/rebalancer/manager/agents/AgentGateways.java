package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
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
    public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
        chosenFor(release.node(), release.assignmentId()).release(token, release, job);
    }

    /** Agents that are reached over HTTP only can't pause. */
    @Override
    public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
        cluster.pause(token, node, job);
    }

    @Override
    public boolean canPause(StorageNodeId node, UUID assignmentId) {
        return chosenFor(node, assignmentId).canPause(node, assignmentId);
    }

    @Override
    public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
        return chosenFor(node, assignmentId).canDiscard(node, assignmentId);
    }

    private AgentGateway chosenFor(StorageNodeId node, UUID assignmentId) {
        AgentGateway gateway = chosen.get(assignmentId);
        return gateway == null ? choose(node) : gateway;
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
