package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.Destination;
import io.rebalancer.core.storage.Fleet;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.Placement;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.storage.SpaceRules;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Chooses where further copies of objects go, under the conditions for the destinations of jobs, and takes leases of their space from
 * the space broker as jobs do.
 */
final class NewCopyPlacement {
    private static final Duration FLEET_TIMEOUT = Duration.ofSeconds(30);

    private final Supplier<CompletionStage<List<FleetNode>>> fleet;
    private final RepairResources repairs;
    private final RunSpace space;
    private final RunScope scope;

    NewCopyPlacement(
            Supplier<CompletionStage<List<FleetNode>>> fleet, RepairResources repairs, RunSpace space, RunScope scope) {
        this.fleet = fleet;
        this.repairs = repairs;
        this.space = space;
        this.scope = scope;
    }

    /**
     * A decision.
     *
     * @param reason why there is no destination; empty text if there is one
     */
    record Choice(Optional<CopyLocation> destination, String reason) {}

    /**
     * The fleet as it is now, with what all jobs and runs have been promised. Throws {@link RunFault} if the fleet is not known.
     *
     * @throws TimeoutException if the space broker does not reply
     */
    Round begin() throws TimeoutException {
        Set<StorageNodeId> closed = scope.await(repairs.outOfService().get(), FLEET_TIMEOUT).stream()
                .map(NodeStatus::node)
                .collect(Collectors.toSet());
        List<FleetNode> listed = scope.await(fleet.get(), FLEET_TIMEOUT);
        SpaceMessage.SpaceStatus status = space.status(scope);
        Map<StorageNodeId, NodePromise> promises =
                status.promises().stream().collect(Collectors.toMap(NodePromise::node, each -> each));
        Set<StorageNodeId> penalised =
                status.penalties().stream().map(Penalty::node).collect(Collectors.toSet());
        List<Destination> all = listed.stream()
                .map(each -> {
                    StorageNodeId id = each.node().id();
                    NodePromise promise = promises.getOrDefault(id, new NodePromise(id, 0, 0));
                    double factor = penalised.contains(id) ? Penalty.FACTOR : 1;
                    return new Destination(each.node(), access(each, closed), promise.mib(), promise.leases(), factor);
                })
                .toList();
        PlacementPolicy policy = repairs.placement().get();
        return new Round(Fleet.of(all, policy), all, policy);
    }

    /**
     * Takes a lease of space for copies that go to one destination.
     *
     * @return empty if others were promised that space meanwhile
     * @throws TimeoutException if the space broker does not reply
     */
    Optional<SpaceLease> lease(Round round, CopyLocation destination, List<MetadataRecord> objects)
            throws TimeoutException {
        long mib = objects.stream()
                .mapToLong(each -> SpaceRules.mibFor(each.sizeBytes()))
                .sum();
        SpaceLease lease = new SpaceLease(UUID.randomUUID(), destination.storageNode(), mib);
        return space.take(lease, round.availableMib(destination.storageNode()), scope)
                ? Optional.of(lease)
                : Optional.empty();
    }

    /** Returns a lease whose copies have ended. */
    void giveBack(SpaceLease lease) {
        space.giveBack(lease);
    }

    private static Destination.Access access(FleetNode each, Set<StorageNodeId> closed) {
        if (closed.contains(each.node().id())) {
            return Destination.Access.CLOSED;
        }
        return each.agentReachable() ? Destination.Access.REACHABLE : Destination.Access.UNREACHABLE;
    }

    /** Decisions about one batch of objects; each takes space that the next one can't have. */
    static final class Round {
        private final Fleet fleet;
        private final boolean severalDatacenters;
        private final Map<StorageNodeId, Long> availableMib = new HashMap<>();
        /** Promised to all jobs and runs, and chosen for this batch. */
        private final Map<StorageNodeId, Long> promisedMib = new HashMap<>();

        private Round(Fleet fleet, List<Destination> all, PlacementPolicy policy) {
            this.fleet = fleet;
            all.forEach(each -> promisedMib.put(each.node().id(), each.promisedMib()));
            all.forEach(each -> availableMib.put(
                    each.node().id(), SpaceRules.availableMib(each.node(), policy.maxFillPercent(), 0)));
            this.severalDatacenters = all.stream()
                            .map(each -> each.node().datacenter())
                            .distinct()
                            .count()
                    > 1;
        }

        /** The highest sum of all leases on the node. */
        private long availableMib(StorageNodeId node) {
            return availableMib.getOrDefault(node, 0L);
        }

        /** In a fleet of several datacenters, a further copy goes to a datacenter without a copy. */
        Choice choose(MetadataRecord object) {
            CopyLocation first = object.copies().get(0);
            CopyLocation leaving = severalDatacenters ? new CopyLocation("-", first.storageNode()) : first;
            Placement.Decision decision = Placement.place(
                    object,
                    leaving,
                    fleet,
                    node -> promisedMib.getOrDefault(node.id(), 0L),
                    ThreadLocalRandom.current().nextLong());
            decision.destination()
                    .ifPresent(node -> promisedMib.merge(node.id(), SpaceRules.mibFor(object.sizeBytes()), Long::sum));
            return new Choice(
                    decision.destination().map(node -> new CopyLocation(node.datacenter(), node.id())),
                    decision.destination().isPresent() ? "" : decision.text());
        }
    }
}
