package io.rebalancer.agent.node;

import io.rebalancer.core.port.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** An agent is ready when it is a member of the cluster, and takes the orders of the cluster and of the legacy HTTP API. */
final class AgentReadiness implements Readiness {
    private final ActorSystem<?> system;
    private final Supplier<List<String>> orders;
    private final Supplier<CompletionStage<?>> pingLegacyAssignments;

    /**
     * @param orders returns what the agent waits for before it takes orders of the cluster
     * @param pingLegacyAssignments fails if the actor of the legacy HTTP API does not reply in time
     */
    AgentReadiness(
            ActorSystem<?> system, Supplier<List<String>> orders, Supplier<CompletionStage<?>> pingLegacyAssignments) {
        this.system = system;
        this.orders = orders;
        this.pingLegacyAssignments = pingLegacyAssignments;
    }

    @Override
    public CompletionStage<List<String>> waitingFor() {
        return pingLegacyAssignments.get().handle((reply, failure) -> {
            List<String> reasons = new ArrayList<>(clusterReasons());
            if (failure != null) {
                reasons.add("the assignments of the legacy HTTP API do not answer: their actor is recovering or has"
                        + " failed; if this lasts, see this agent's log for the cause and restart the agent");
            }
            return reasons;
        });
    }

    private List<String> clusterReasons() {
        if (!Cluster.get(system).selfMember().status().equals(MemberStatus.up())) {
            return List.of("this agent is not a member of the cluster yet");
        }
        return orders.get();
    }
}
