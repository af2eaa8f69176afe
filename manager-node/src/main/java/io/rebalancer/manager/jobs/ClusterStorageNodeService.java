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
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry and the space broker, on whichever member they run. Every question to the registry may be repeated: the
 * orders are idempotent. What the broker knows is an addition to an answer, so the broker is asked once and for a short time.
 */
public final class ClusterStorageNodeService implements StorageNodeService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DIRECTORY_TIMEOUT = Duration.ofSeconds(3);
    static final Duration BROKER_TIMEOUT = Duration.ofSeconds(2);
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
        return askBroker(
                "the penalties of storage nodes", SpaceMessage.GetPenalties::new, SpaceMessage.Penalties::penalties);
    }

    @Override
    public CompletionStage<Optional<List<JobPromise>>> destinationOf(StorageNodeId node) {
        return askBroker(
                "the jobs with assignments to " + node,
                replyTo -> new SpaceMessage.GetPromisesTo(node, replyTo),
                SpaceMessage.PromisesTo::jobs);
    }

    /** @param what is not shown if the broker does not reply */
    private <R, T> CompletionStage<Optional<T>> askBroker(
            String what,
            org.apache.pekko.japi.function.Function<ActorRef<R>, SpaceMessage> question,
            Function<R, T> result) {
        return AskPattern.<SpaceMessage, R>ask(spaceBroker, question, BROKER_TIMEOUT, system.scheduler())
                .thenApply(reply -> Optional.of(result.apply(reply)))
                .exceptionally(failure -> {
                    LOGGER.warn(
                            "{} are not shown: no reply of the space broker within {} ({})",
                            what,
                            BROKER_TIMEOUT,
                            OneLine.of(Failures.rootCause(failure)));
                    return Optional.empty();
                });
    }

    @Override
    public CompletionStage<List<UUID>> emptiedBy(StorageNodeId node) {
        return registeredJobs()
                .thenApply(jobs -> jobs.stream()
                        .filter(job ->
                                !job.ended() && job.leaving().storageNode().equals(node))
                        .map(RegisteredJob::id)
                        .toList());
    }

    @Override
    public CompletionStage<Set<UUID>> jobsAmong(Set<UUID> ids) {
        return ids.isEmpty()
                ? CompletableFuture.completedStage(Set.of())
                : registeredJobs()
                        .thenApply(jobs -> jobs.stream()
                                .map(RegisteredJob::id)
                                .filter(ids::contains)
                                .collect(Collectors.toSet()));
    }

    private CompletionStage<List<RegisteredJob>> registeredJobs() {
        return RepeatedAsk.every(
                        RETRY_INTERVAL,
                        system,
                        () -> AskPattern.<RegistryMessage, RegistryReply>ask(
                                registry, RegistryMessage.ListJobs::new, ASK_TIMEOUT, system.scheduler()))
                .thenApply(reply -> ((RegistryMessage.Jobs) reply).jobs());
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
