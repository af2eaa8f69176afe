package io.rebalancer.agent.node;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.HeldAssignments;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;

/** Asks the {@link StorageAgent} of this process for the assignments that it holds. */
final class ActorHeldAssignments implements HeldAssignments {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final StorageNodeId node;
    private final BooleanSupplier isHosting;

    /** @param isHosting whether the storage agent runs in this process; before that it holds nothing that can be listed */
    ActorHeldAssignments(ActorSystem<?> system, StorageNodeId node, BooleanSupplier isHosting) {
        this.system = system;
        this.node = node;
        this.isHosting = isHosting;
    }

    @Override
    public CompletionStage<HeldPage> list(Optional<UUID> after, int limit) {
        return isHosting.getAsBoolean()
                ? agent().<AgentMessage.OperatorReply>ask(
                                replyTo -> own(new AgentMessage.ListHeld(after, limit, replyTo)), ASK_TIMEOUT)
                        .thenApply(reply -> ((AgentMessage.HeldListed) reply).page())
                : CompletableFuture.completedFuture(new HeldPage(List.of(), false));
    }

    @Override
    public CompletionStage<Drop> drop(UUID assignmentId, boolean force) {
        return isHosting.getAsBoolean()
                ? agent().<AgentMessage.OperatorReply>ask(
                                replyTo -> own(new AgentMessage.DropHeld(assignmentId, force, replyTo)), ASK_TIMEOUT)
                        .thenApply(reply -> ((AgentMessage.DropDecided) reply).result())
                : CompletableFuture.completedFuture(Drop.UNKNOWN);
    }

    private static AgentMessage own(AgentMessage.OperatorRequest request) {
        return new OrderGuard.OwnRequest(request);
    }

    private EntityRef<AgentMessage> agent() {
        return ClusterSharding.get(system).entityRefFor(Entities.STORAGE_AGENT, node.text());
    }
}
