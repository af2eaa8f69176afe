package io.rebalancer.agent.node;

import io.rebalancer.core.port.Readiness;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** An agent is ready when it is a member of the cluster and can take orders. */
final class AgentReadiness implements Readiness {
    private final ActorSystem<?> system;
    private final Supplier<List<String>> orders;

    /** @param orders returns what the agent waits for before it takes orders */
    AgentReadiness(ActorSystem<?> system, Supplier<List<String>> orders) {
        this.system = system;
        this.orders = orders;
    }

    @Override
    public CompletionStage<List<String>> waitingFor() {
        return CompletableFuture.completedFuture(reasons());
    }

    private List<String> reasons() {
        if (!Cluster.get(system).selfMember().status().equals(MemberStatus.up())) {
            return List.of("this agent is not a member of the cluster yet");
        }
        return orders.get();
    }
}
