package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.HttpAgentSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** Reaches agents over the legacy HTTP API, today's Rust agents among them. */
public final class HttpAgentGateway implements AgentGateway {
    private final LegacyAgentCalls calls;
    private final ActorRef<LegacyAgents.Command> agents;

    /** @param settings its addresses are those of agents that do not listen under their node's name at port 7878 */
    public HttpAgentGateway(ActorSystem<?> system, HttpAgentSettings settings) {
        this.calls = new LegacyAgentCalls(system, settings);
        this.agents = system.systemActorOf(LegacyAgents.create(calls), "legacy-agents", Props.empty());
    }

    @Override
    public boolean isReachable(StorageNodeId node) {
        return calls.isReachable(node);
    }

    /** The legacy API has no fencing token: the agent accepts assignments of every incarnation. */
    @Override
    public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        agents.tell(new LegacyAgents.Assign(assignment, job));
    }

    @Override
    public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
        agents.tell(new LegacyAgents.Release(release.node(), release.assignmentId(), job));
    }

    /** The legacy API can't pause. */
    @Override
    public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
        // The caller asks canPause first.
    }

    @Override
    public boolean canPause(StorageNodeId node, UUID assignmentId) {
        return false;
    }

    /** The legacy API can't remove a copy. */
    @Override
    public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
        return false;
    }

    @Override
    public void forget(UUID assignmentId) {
        agents.tell(new LegacyAgents.Forget(assignmentId));
    }
}
