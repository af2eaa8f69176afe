package io.rebalancer.manager.preflight;

import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.PreflightService;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;

/** All checks of a manager. */
public final class Preflight {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    /** Shorter than the deadline, so that an answer names who did not reply. */
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(3);

    private Preflight() {}

    /**
     * @param policy the current conditions for destinations
     * @param legacy the current settings of the legacy API
     */
    public static PreflightService create(
            ActorSystem<?> system,
            MetadataTier tier,
            JobService jobs,
            StorageNodeService nodes,
            ActorRef<StorageNodeDirectory.Command> directory,
            ActorRef<SpaceMessage> spaceBroker,
            Supplier<PlacementPolicy> policy,
            Supplier<LegacySettings> legacy) {
        FleetQueries fleet = new FleetQueries(system, directory, spaceBroker, REPLY_TIMEOUT);
        Cluster cluster = Cluster.get(system);
        AgentVersionsCheck versions =
                new AgentVersionsCheck(cluster.selfMember().appVersion().toString(), () -> agentVersions(cluster));
        OrderSender orders = OrderSender.get(system);
        AgentClocksCheck clocks =
                new AgentClocksCheck(fleet, node -> clockOf(node, cluster, orders), Clock.systemUTC());
        return new PreflightRunner(
                tier, checks(tier, jobs, nodes, fleet, versions, clocks, policy, legacy, REPLY_TIMEOUT), DEADLINE);
    }

    static List<PreflightCheck> checks(
            MetadataTier tier,
            JobService jobs,
            StorageNodeService nodes,
            FleetQueries fleet,
            AgentVersionsCheck versions,
            AgentClocksCheck clocks,
            Supplier<PlacementPolicy> policy,
            Supplier<LegacySettings> legacy,
            Duration replyTimeout) {
        return List.of(
                new StorageNodeKnownCheck(),
                new NodeStateCheck(nodes),
                new NoOtherOperationCheck(jobs, fleet),
                new MetadataShardsCheck(tier, replyTimeout),
                new AgentsReachableCheck(fleet),
                versions,
                clocks,
                new SpaceCheck(fleet, policy),
                new DatacentersCheck(fleet, policy),
                new NoNewWritesCheck(fleet),
                new SnaplinksCheck(legacy));
    }

    private static Optional<CompletionStage<Instant>> clockOf(StorageNodeId node, Cluster cluster, OrderSender orders) {
        boolean isMember = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .anyMatch(member -> member.hasRole(Roles.storage(node)));
        return isMember
                ? Optional.of(orders.ask(node, AgentMessage.AskClock::new, REPLY_TIMEOUT)
                        .thenApply(AgentMessage.ClockReported::at))
                : Optional.empty();
    }

    private static Map<String, String> agentVersions(Cluster cluster) {
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .filter(member -> member.hasRole(Roles.AGENT))
                .collect(Collectors.toMap(
                        member -> member.address().toString(),
                        member -> member.appVersion().toString(),
                        (one, other) -> other));
    }
}
