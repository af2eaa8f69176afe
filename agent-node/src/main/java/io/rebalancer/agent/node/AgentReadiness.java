package io.rebalancer.agent.node;

import io.rebalancer.core.port.Readiness;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** An agent is ready when it is a member of the cluster and holds its storage id. */
final class AgentReadiness implements Readiness {
    private final ActorSystem<?> system;
    private final BooleanSupplier isHosting;

    AgentReadiness(ActorSystem<?> system, BooleanSupplier isHosting) {
        this.system = system;
        this.isHosting = isHosting;
    }

    @Override
    public CompletionStage<List<String>> waitingFor() {
        return CompletableFuture.completedFuture(reasons());
    }

    private List<String> reasons() {
        if (!Cluster.get(system).selfMember().status().equals(MemberStatus.up())) {
            return List.of("this agent is not a member of the cluster yet");
        }
        return isHosting.getAsBoolean()
                ? List.of()
                : List.of("waiting to claim the storage id: another agent may still hold it");
    }
}
