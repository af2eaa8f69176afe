package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.NodesOutOfService;
import io.rebalancer.cluster.message.RegistryMessage.RegistryReply;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Asks the registry, on whichever member it runs. Every question may be repeated: the orders are idempotent. */
public final class ClusterStorageNodeService implements StorageNodeService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    /** No revision: the registry answers at once. */
    private static final long UNKNOWN = -1;

    private final ActorSystem<?> system;
    private final ActorRef<RegistryMessage> registry;

    public ClusterStorageNodeService(ActorSystem<?> system, ActorRef<RegistryMessage> registry) {
        this.system = system;
        this.registry = registry;
    }

    @Override
    public CompletionStage<List<NodeStatus>> outOfService() {
        return RepeatedAsk.every(
                        RETRY_INTERVAL,
                        system,
                        () -> AskPattern.<RegistryMessage, NodesOutOfService>ask(
                                registry,
                                replyTo -> new RegistryMessage.WatchNodes(UNKNOWN, replyTo),
                                ASK_TIMEOUT,
                                system.scheduler()))
                .thenApply(reply -> reply.nodes().stream()
                        .sorted(Comparator.comparing(status -> status.node().text()))
                        .toList());
    }

    @Override
    public CompletionStage<Void> recommission(StorageNodeId node) {
        return order(replyTo -> new RegistryMessage.RecommissionNode(node, replyTo));
    }

    @Override
    public CompletionStage<Void> remove(StorageNodeId node) {
        return order(replyTo -> new RegistryMessage.RemoveNode(node, replyTo));
    }

    private CompletionStage<Void> order(
            org.apache.pekko.japi.function.Function<ActorRef<RegistryReply>, RegistryMessage> message) {
        return RepeatedAsk.every(
                        RETRY_INTERVAL,
                        system,
                        () -> AskPattern.ask(registry, message, ASK_TIMEOUT, system.scheduler()))
                .thenAccept(reply -> {
                    if (reply instanceof RegistryMessage.NodeRefused refused) {
                        throw new JobRefused(JobRefused.Code.ILLEGAL_NODE_STATE, refused.detail());
                    }
                });
    }
}
