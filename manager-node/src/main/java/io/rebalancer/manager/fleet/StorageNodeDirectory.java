package io.rebalancer.manager.fleet;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.NodesOutOfService;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.storage.Destination;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.agents.AgentGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
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
 * has its own directory: it only caches facts that others own. Subscribers get the candidates when they change.
 */
public final class StorageNodeDirectory extends AbstractBehavior<StorageNodeDirectory.Command> {
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(1);

    /** Messages to the directory. */
    public sealed interface Command {}

    /** Asks once for the storage nodes. */
    public record GetCandidates(ActorRef<DestinationCandidates> replyTo) implements Command {}

    /** Asks once for all storage nodes that are listed, in service or not; empty if they are not known yet. */
    public record GetFleet(ActorRef<Optional<List<FleetNode>>> replyTo) implements Command {}

    /**
     * Asks for the storage nodes now and whenever they change, until {@code subscriber} stops. Idempotent: repeat it, so
     * that a restarted directory knows the subscriber.
     */
    public record Subscribe(ActorRef<DestinationCandidates> subscriber) implements Command {}

    private record Unsubscribed(ActorRef<DestinationCandidates> subscriber) implements Command {}

    private enum RefreshNodes implements Command {
        INSTANCE
    }

    private enum Refresh implements Command {
        INSTANCE
    }

    private record NodesListed(List<StorageNode> nodes) implements Command {}

    private record NodesUnavailable(Throwable cause) implements Command {}

    private record NodeStatesPushed(NodesOutOfService nodes) implements Command {}

    private final StorageInventory inventory;
    private final AgentGateway agents;
    private final ActorRef<RegistryMessage> registry;
    private final ActorRef<NodesOutOfService> nodeStatesPushed;
    private final NodesInService inService;
    private final AgentAbsences absences;
    private Optional<List<StorageNode>> nodes = Optional.empty();
    private final Set<ActorRef<DestinationCandidates>> subscribers = new HashSet<>();
    private long revision = -1;
    private Instant lastAnswer = Instant.now();
    private final FleetGauges gauges = new FleetGauges();
    private DestinationCandidates published = DestinationCandidates.UNKNOWN;

    /**
     * @param registry pushes the storage nodes that are out of service
     * @param inService is kept up to date with them
     * @param absences learns every second which agents are away
     * @param refresh how often the inventory is asked
     */
    public static Behavior<Command> create(
            StorageInventory inventory,
            AgentGateway agents,
            ActorRef<RegistryMessage> registry,
            NodesInService inService,
            AgentAbsences absences,
            Duration refresh) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new StorageNodeDirectory(context, timers, inventory, agents, registry, inService, absences, refresh)));
    }

    private StorageNodeDirectory(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            StorageInventory inventory,
            AgentGateway agents,
            ActorRef<RegistryMessage> registry,
            NodesInService inService,
            AgentAbsences absences,
            Duration refresh) {
        super(context);
        this.inService = inService;
        this.absences = absences;
        this.inventory = inventory;
        this.agents = agents;
        this.registry = registry;
        this.nodeStatesPushed = context.messageAdapter(NodesOutOfService.class, NodeStatesPushed::new);
        timers.startTimerWithFixedDelay(RefreshNodes.INSTANCE, Duration.ZERO, refresh);
        timers.startTimerWithFixedDelay(Refresh.INSTANCE, Duration.ZERO, REFRESH_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(GetCandidates.class, this::onGetCandidates)
                .onMessage(GetFleet.class, this::onGetFleet)
                .onMessage(Subscribe.class, this::onSubscribe)
                .onMessage(Unsubscribed.class, this::onUnsubscribed)
                .onMessage(RefreshNodes.class, tick -> onRefreshNodes())
                .onMessage(Refresh.class, tick -> onRefresh())
                .onMessage(NodesListed.class, this::onNodesListed)
                .onMessage(NodesUnavailable.class, this::onNodesUnavailable)
                .onMessage(NodeStatesPushed.class, this::onNodeStatesPushed)
                .build();
    }

    private Behavior<Command> onGetCandidates(GetCandidates get) {
        publish();
        get.replyTo().tell(published);
        return this;
    }

    private Behavior<Command> onGetFleet(GetFleet get) {
        get.replyTo()
                .tell(nodes.map(listed -> listed.stream()
                        .sorted(Comparator.comparing(StorageNode::id))
                        .map(node -> new FleetNode(node, agents.isReachable(node.id())))
                        .toList()));
        return this;
    }

    private Behavior<Command> onSubscribe(Subscribe subscribe) {
        if (subscribers.add(subscribe.subscriber())) {
            getContext().watchWith(subscribe.subscriber(), new Unsubscribed(subscribe.subscriber()));
            subscribe.subscriber().tell(published);
        }
        return this;
    }

    private Behavior<Command> onUnsubscribed(Unsubscribed unsubscribed) {
        subscribers.remove(unsubscribed.subscriber());
        return this;
    }

    private Behavior<Command> publish() {
        DestinationCandidates current = candidates();
        if (!current.equals(published)) {
            published = current;
            subscribers.forEach(each -> each.tell(current));
        }
        return this;
    }

    private DestinationCandidates candidates() {
        if (nodes.isEmpty() || !inService.isKnown()) {
            return DestinationCandidates.UNKNOWN;
        }
        Map<Destination.Access, List<StorageNode>> byAccess = nodes.get().stream()
                .sorted(Comparator.comparing(StorageNode::id))
                .collect(Collectors.groupingBy(node -> access(node.id())));
        return new DestinationCandidates(
                true,
                byAccess.getOrDefault(Destination.Access.REACHABLE, List.of()),
                byAccess.getOrDefault(Destination.Access.UNREACHABLE, List.of()),
                byAccess.getOrDefault(Destination.Access.CLOSED, List.of()));
    }

    private Destination.Access access(StorageNodeId node) {
        if (inService.isOutOfService(node)) {
            return Destination.Access.CLOSED;
        }
        return agents.isReachable(node) ? Destination.Access.REACHABLE : Destination.Access.UNREACHABLE;
    }

    private Behavior<Command> onRefreshNodes() {
        getContext()
                .pipeToSelf(
                        inventory.storageNodes(),
                        (found, failure) -> failure == null ? new NodesListed(found) : new NodesUnavailable(failure));
        return this;
    }

    /** The subscription is repeated, because the registry keeps subscriptions in memory and may have moved. */
    private Behavior<Command> onRefresh() {
        registry.tell(new RegistryMessage.WatchNodes(revision, nodeStatesPushed));
        absences.observe(nodes.stream().flatMap(List::stream).map(StorageNode::id), agents::isReachable);
        publish();
        gauges.update(published, Duration.between(lastAnswer, Instant.now()));
        return this;
    }

    private Behavior<Command> onNodesListed(NodesListed listed) {
        nodes = Optional.of(listed.nodes());
        lastAnswer = Instant.now();
        return publish();
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

    private Behavior<Command> onNodeStatesPushed(NodeStatesPushed pushed) {
        revision = pushed.nodes().revision();
        inService.update(pushed.nodes().nodes());
        return publish();
    }
}
