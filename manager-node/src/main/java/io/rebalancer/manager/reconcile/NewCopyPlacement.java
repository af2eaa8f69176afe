package io.rebalancer.manager.reconcile;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.Destination;
import io.rebalancer.core.storage.Fleet;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.Placement;
import io.rebalancer.core.storage.SpaceRules;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Chooses where further copies of objects go, under the conditions for the destinations of jobs. */
final class NewCopyPlacement {
    private static final Duration FLEET_TIMEOUT = Duration.ofSeconds(30);

    private final Supplier<CompletionStage<List<FleetNode>>> fleet;
    private final RepairResources repairs;
    private final RunScope scope;

    NewCopyPlacement(Supplier<CompletionStage<List<FleetNode>>> fleet, RepairResources repairs, RunScope scope) {
        this.fleet = fleet;
        this.repairs = repairs;
        this.scope = scope;
    }

    /**
     * A decision.
     *
     * @param reason why there is no destination; empty text if there is one
     */
    record Choice(Optional<CopyLocation> destination, String reason) {}

    /** The fleet as it is now. Throws {@link RunFault} if it is not known. */
    Round begin() throws TimeoutException {
        Set<StorageNodeId> closed = scope.await(repairs.outOfService().get(), FLEET_TIMEOUT).stream()
                .map(NodeStatus::node)
                .collect(Collectors.toSet());
        List<Destination> all = scope.await(fleet.get(), FLEET_TIMEOUT).stream()
                .map(each -> new Destination(each.node(), access(each, closed), 0, 0, 1))
                .toList();
        return new Round(Fleet.of(all, repairs.placement().get()), all);
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
        private final Map<StorageNodeId, Long> promisedMib = new HashMap<>();

        private Round(Fleet fleet, List<Destination> all) {
            this.fleet = fleet;
            this.severalDatacenters = all.stream()
                            .map(each -> each.node().datacenter())
                            .distinct()
                            .count()
                    > 1;
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
