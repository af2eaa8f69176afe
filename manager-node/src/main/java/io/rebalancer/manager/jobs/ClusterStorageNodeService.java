package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.NodesOutOfService;
import io.rebalancer.cluster.message.RegistryMessage.RegistryReply;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry and the space broker, on whichever member they run. Every question to the registry may be repeated: the
 * orders are idempotent. Penalties are an addition to an answer, so the broker is asked once and for a short time.
 */
public final class ClusterStorageNodeService implements StorageNodeService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DIRECTORY_TIMEOUT = Duration.ofSeconds(3);
    static final Duration PENALTIES_TIMEOUT = Duration.ofSeconds(2);
    /** No revision: the registry answers at once. */
    private static final long UNKNOWN = -1;

    private static final Logger LOGGER = LoggerFactory.getLogger(ClusterStorageNodeService.class);

    private final ActorSystem<?> system;
    private final ActorRef<RegistryMessage> registry;
    private final ActorRef<SpaceMessage> spaceBroker;
    private final ActorRef<StorageNodeDirectory.Command> directory;

    /** @param directory that of this manager */
    public ClusterStorageNodeService(
            ActorSystem<?> system,
            ActorRef<RegistryMessage> registry,
            ActorRef<SpaceMessage> spaceBroker,
            ActorRef<StorageNodeDirectory.Command> directory) {
        this.system = system;
        this.registry = registry;
        this.spaceBroker = spaceBroker;
        this.directory = directory;
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
    public CompletionStage<List<FleetNode>> fleet() {
        return AskPattern.<StorageNodeDirectory.Command, Optional<List<FleetNode>>>ask(
                        directory, StorageNodeDirectory.GetFleet::new, DIRECTORY_TIMEOUT, system.scheduler())
                .thenApply(nodes -> nodes.orElseThrow(() -> new TierUnavailable(
                        "storinfo has not replied since this manager started, so the storage nodes are not known",
                        new IllegalStateException("no reply of storinfo"))));
    }

    @Override
    public CompletionStage<Optional<List<PenaltyReport>>> penalties() {
        return AskPattern.<SpaceMessage, SpaceMessage.Penalties>ask(
                        spaceBroker, SpaceMessage.GetPenalties::new, PENALTIES_TIMEOUT, system.scheduler())
                .thenApply(reply -> Optional.of(reply.penalties()))
                .exceptionally(failure -> {
                    LOGGER.warn(
                            "the penalties of storage nodes are not shown: no reply of the space broker within {} ({})",
                            PENALTIES_TIMEOUT,
                            OneLine.of(Failures.rootCause(failure)));
                    return Optional.empty();
                });
    }

    @Override
    public CompletionStage<Void> recommission(StorageNodeId node) {
        return order(replyTo -> new RegistryMessage.RecommissionNode(node, replyTo));
    }

    @Override
    public CompletionStage<Void> exclude(StorageNodeId node) {
        return order(replyTo -> new RegistryMessage.ExcludeNode(node, replyTo));
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
