package io.rebalancer.manager.fleet;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.RegistryReply;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.agents.AgentGateway;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps the last good reply of the inventory (manta.md 5.3), so jobs continue during an outage of storinfo. Every manager
 * has its own directory: it only caches facts that others own.
 */
public final class StorageNodeDirectory extends AbstractBehavior<StorageNodeDirectory.Command> {
    private static final Duration LEAVING_REFRESH_INTERVAL = Duration.ofSeconds(1);

    /** Messages to the directory. */
    public sealed interface Command {}

    /** Asks for the nodes that may receive objects. */
    public record GetCandidates(ActorRef<DestinationCandidates> replyTo) implements Command {}

    private enum RefreshNodes implements Command {
        INSTANCE
    }

    private enum RefreshLeaving implements Command {
        INSTANCE
    }

    private record NodesListed(List<StorageNode> nodes) implements Command {}

    private record NodesUnavailable(Throwable cause) implements Command {}

    private record JobsListed(RegistryReply reply) implements Command {}

    private final StorageInventory inventory;
    private final AgentGateway agents;
    private final ActorRef<RegistryMessage> registry;
    private final ActorRef<RegistryReply> jobsListed;
    private Optional<List<StorageNode>> nodes = Optional.empty();
    private Optional<Set<StorageNodeId>> leaving = Optional.empty();

    /** @param refresh how often the inventory is asked */
    public static Behavior<Command> create(
            StorageInventory inventory, AgentGateway agents, ActorRef<RegistryMessage> registry, Duration refresh) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new StorageNodeDirectory(context, timers, inventory, agents, registry, refresh)));
    }

    private StorageNodeDirectory(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            StorageInventory inventory,
            AgentGateway agents,
            ActorRef<RegistryMessage> registry,
            Duration refresh) {
        super(context);
        this.inventory = inventory;
        this.agents = agents;
        this.registry = registry;
        this.jobsListed = context.messageAdapter(RegistryReply.class, JobsListed::new);
        timers.startTimerWithFixedDelay(RefreshNodes.INSTANCE, Duration.ZERO, refresh);
        timers.startTimerWithFixedDelay(RefreshLeaving.INSTANCE, Duration.ZERO, LEAVING_REFRESH_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(GetCandidates.class, this::onGetCandidates)
                .onMessage(RefreshNodes.class, tick -> onRefreshNodes())
                .onMessage(RefreshLeaving.class, tick -> onRefreshLeaving())
                .onMessage(NodesListed.class, this::onNodesListed)
                .onMessage(NodesUnavailable.class, this::onNodesUnavailable)
                .onMessage(JobsListed.class, this::onJobsListed)
                .build();
    }

    private Behavior<Command> onGetCandidates(GetCandidates get) {
        get.replyTo().tell(candidates());
        return this;
    }

    private DestinationCandidates candidates() {
        if (nodes.isEmpty() || leaving.isEmpty()) {
            return DestinationCandidates.UNKNOWN;
        }
        Set<StorageNodeId> excluded = leaving.get();
        Map<Boolean, List<StorageNode>> byReachability = nodes.get().stream()
                .filter(node -> !excluded.contains(node.id()))
                .sorted(Comparator.comparingLong(StorageNode::availableMib).reversed())
                .collect(Collectors.partitioningBy(node -> agents.isReachable(node.id())));
        return new DestinationCandidates(
                true, byReachability.getOrDefault(true, List.of()), byReachability.getOrDefault(false, List.of()));
    }

    private Behavior<Command> onRefreshNodes() {
        getContext()
                .pipeToSelf(
                        inventory.storageNodes(),
                        (found, failure) -> failure == null ? new NodesListed(found) : new NodesUnavailable(failure));
        return this;
    }

    private Behavior<Command> onRefreshLeaving() {
        registry.tell(new RegistryMessage.ListJobs(jobsListed));
        return this;
    }

    private Behavior<Command> onNodesListed(NodesListed listed) {
        nodes = Optional.of(listed.nodes());
        return this;
    }

    private Behavior<Command> onNodesUnavailable(NodesUnavailable unavailable) {
        getContext()
                .getLog()
                .warn(
                        "storinfo request failed; keeping the last list of {} nodes: {}",
                        nodes.map(List::size).orElse(0),
                        OneLine.of(Failures.rootCause(unavailable.cause())));
        return this;
    }

    private Behavior<Command> onJobsListed(JobsListed listed) {
        if (listed.reply() instanceof RegistryMessage.Jobs jobs) {
            leaving = Optional.of(jobs.jobs().stream()
                    .filter(job -> !job.ended())
                    .map(RegisteredJob::leaving)
                    .map(CopyLocation::storageNode)
                    .collect(Collectors.toUnmodifiableSet()));
        }
        return this;
    }
}
