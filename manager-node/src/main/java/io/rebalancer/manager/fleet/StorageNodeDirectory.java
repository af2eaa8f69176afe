package io.rebalancer.manager.fleet;

import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.RegistryReply;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.storage.StorageNode;
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
 * Keeps the last good answer of the inventory (manta.md 5.3): an outage of storinfo stops nothing. One for each
 * manager, since it only repeats what others know.
 */
public final class StorageNodeDirectory extends AbstractBehavior<StorageNodeDirectory.Command> {
    private static final Duration DRAINING_REFRESH = Duration.ofSeconds(1);

    /** What the directory can be told. */
    public sealed interface Command {}

    /** Tell which nodes may receive objects. */
    public record AskFleet(ActorRef<DestinationCandidates> replyTo) implements Command {}

    private enum RefreshNodes implements Command {
        INSTANCE
    }

    private enum RefreshDraining implements Command {
        INSTANCE
    }

    private record Answered(List<StorageNode> nodes) implements Command {}

    private record Unanswered(Throwable cause) implements Command {}

    private record JobsListed(RegistryReply reply) implements Command {}

    private final StorageInventory inventory;
    private final AgentGateway agents;
    private final ActorRef<RegistryMessage> registry;
    private final ActorRef<RegistryReply> jobsListed;
    private Optional<List<StorageNode>> nodes = Optional.empty();
    private Optional<Set<StorageNodeId>> draining = Optional.empty();

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
        timers.startTimerWithFixedDelay(RefreshDraining.INSTANCE, Duration.ZERO, DRAINING_REFRESH);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(AskFleet.class, this::onAskFleet)
                .onMessage(RefreshNodes.class, tick -> onRefreshNodes())
                .onMessage(RefreshDraining.class, tick -> onRefreshDraining())
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(Unanswered.class, this::onUnanswered)
                .onMessage(JobsListed.class, this::onJobsListed)
                .build();
    }

    private Behavior<Command> onAskFleet(AskFleet ask) {
        ask.replyTo().tell(fleet());
        return this;
    }

    private DestinationCandidates fleet() {
        if (nodes.isEmpty() || draining.isEmpty()) {
            return DestinationCandidates.UNKNOWN;
        }
        Set<StorageNodeId> leaving = draining.get();
        Map<Boolean, List<StorageNode>> byPresence = nodes.get().stream()
                .filter(node -> !leaving.contains(node.id()))
                .sorted(Comparator.comparingLong(StorageNode::availableMib).reversed())
                .collect(Collectors.partitioningBy(node -> agents.present(node.id())));
        return new DestinationCandidates(
                true, byPresence.getOrDefault(true, List.of()), byPresence.getOrDefault(false, List.of()));
    }

    private Behavior<Command> onRefreshNodes() {
        getContext()
                .pipeToSelf(
                        inventory.storageNodes(),
                        (found, failure) -> failure == null ? new Answered(found) : new Unanswered(failure));
        return this;
    }

    private Behavior<Command> onRefreshDraining() {
        registry.tell(new RegistryMessage.ListJobs(jobsListed));
        return this;
    }

    private Behavior<Command> onAnswered(Answered answer) {
        nodes = Optional.of(answer.nodes());
        return this;
    }

    private Behavior<Command> onUnanswered(Unanswered none) {
        getContext()
                .getLog()
                .warn(
                        "storinfo gave no answer, the list of {} goes on in use: {}",
                        nodes.map(List::size).orElse(0),
                        String.valueOf(none.cause().getMessage()));
        return this;
    }

    private Behavior<Command> onJobsListed(JobsListed listed) {
        if (listed.reply() instanceof RegistryMessage.Jobs jobs) {
            draining = Optional.of(jobs.jobs().stream()
                    .filter(job -> !job.ended())
                    .map(RegisteredJob::leaving)
                    .map(leaving -> leaving.storageNode())
                    .collect(Collectors.toUnmodifiableSet()));
        }
        return this;
    }
}
