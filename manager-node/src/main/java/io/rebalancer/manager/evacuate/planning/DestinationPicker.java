package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.Destination;
import io.rebalancer.core.storage.Fleet;
import io.rebalancer.core.storage.Placement;
import io.rebalancer.core.storage.Refusal;
import io.rebalancer.core.storage.RefusalCause;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Picks a destination for an object. The records of a shard go to one batch until it closes, because a shard changes all of
 * its records of an assignment in one write. The next destination is drawn from the whole fleet, or, while many batches are
 * open, is that of an open batch. The weights of the draws are as of the last {@link #refresh}, unless the draws have to be
 * repeatable; space is checked with the present figures.
 */
final class DestinationPicker {
    private final Supplier<EvacuateSettings> settings;
    private final CopyLocation leaving;
    private final BatchPool batches;
    private final DestinationLoads loads = new DestinationLoads();
    private DestinationCandidates nodes = DestinationCandidates.UNKNOWN;
    private Fleet fleet = Fleet.empty();
    private final Sources sources;
    private final Draws draws;
    private long nextSeed;
    private final AssumedLoads assumed;
    private Optional<Previous> previous = Optional.empty();

    /** The last object for which a destination was picked. */
    private record Previous(int shard, StorageNode destination) {}

    /**
     * How destinations are drawn.
     *
     * @param seed determines the draws
     * @param repeatable whether a draw depends on its object and on earlier draws only, and not on the time of replies: the weights
     *     are built for each draw, and not at the time of a refresh, and with {@link AssumedLoads}
     */
    record Draws(long seed, boolean repeatable) {
        static Draws random() {
            return new Draws(ThreadLocalRandom.current().nextLong(), false);
        }

        static Draws repeatable(long seed) {
            return new Draws(seed, true);
        }

        private long seedOf(UUID objectId) {
            return (seed ^ objectId.getMostSignificantBits()) * 0x9E3779B97F4A7C15L
                    + objectId.getLeastSignificantBits();
        }
    }

    /** The decision about one object. */
    sealed interface Pick {}

    record Picked(StorageNode destination) implements Pick {}

    /** Only nodes with an unreachable agent qualify. */
    record Unreachable(Refusal refusal) implements Pick {}

    record Unplaceable(Reason reason, String detail) implements Pick {}

    DestinationPicker(
            Supplier<EvacuateSettings> settings,
            CopyLocation leaving,
            BatchPool batches,
            Sources sources,
            Draws draws) {
        this.settings = settings;
        this.leaving = leaving;
        this.batches = batches;
        this.sources = sources;
        this.draws = draws;
        this.nextSeed = draws.seed();
        this.assumed = new AssumedLoads(() -> settings.get().maxAssignmentsInFlight());
    }

    void setNodes(DestinationCandidates current) {
        nodes = current;
        refresh();
    }

    /** The promises and penalties that the weights of the next {@link #refresh} use. */
    DestinationLoads loads() {
        return loads;
    }

    /** Builds the weights again, from the present settings, promises, assignments in flight and penalties. */
    void refresh() {
        Map<StorageNodeId, Integer> inFlight = batches.inFlightByNode();
        List<Destination> destinations = new ArrayList<>();
        nodes.reachable().forEach(each -> destinations.add(load(each, Destination.Access.REACHABLE, inFlight)));
        nodes.unreachable().forEach(each -> destinations.add(load(each, Destination.Access.UNREACHABLE, inFlight)));
        nodes.closed().forEach(each -> destinations.add(load(each, Destination.Access.CLOSED, inFlight)));
        fleet = Fleet.of(destinations, settings.get().placement());
    }

    private Destination load(StorageNode node, Destination.Access access, Map<StorageNodeId, Integer> inFlight) {
        int open = draws.repeatable()
                ? assumed.of(node.id())
                : Math.max(loads.leases(node.id()), inFlight.getOrDefault(node.id(), 0));
        return new Destination(node, access, promisedMib(node), open, loads.penaltyFactor(node.id()));
    }

    private long promisedMib(StorageNode node) {
        return loads.promisedMib(node.id()) + batches.ungrantedMib(node.id());
    }

    /** Whether the inventory is known; before that nothing can be picked. */
    boolean isReady() {
        return nodes.known();
    }

    /** Whether {@code node} may receive objects now. */
    boolean isOpen(StorageNodeId node) {
        return fleet.isOpen(node);
    }

    Pick pick(MetadataRecord record) {
        return sources.missing(record)
                .<Pick>map(why -> new Unplaceable(Reason.SOURCE_OBJECT_NOT_FOUND, why))
                .or(() -> soleCopyStays(record))
                .orElseGet(() -> destinationOf(record));
    }

    private Optional<Pick> soleCopyStays(MetadataRecord record) {
        boolean elsewhere =
                record.copies().stream().anyMatch(copy -> !copy.storageNode().equals(leaving.storageNode()));
        return elsewhere || settings.get().placement().movesSoleCopies()
                ? Optional.empty()
                : Optional.of(new Unplaceable(
                        Reason.SOURCE_IS_EVAC_SHARK,
                        "object " + record.objectId() + " has its only copy on " + leaving.storageNode()
                                + ", and placement.move-sole-copies is off"));
    }

    private Pick destinationOf(MetadataRecord record) {
        Optional<StorageNode> open = ofPrevious(record).or(() -> ofOpenBatches(record));
        if (open.isPresent()) {
            return picked(record, open.get());
        }
        Placement.Decision decision = draw(record);
        if (decision.destination().isPresent()) {
            return picked(record, decision.destination().get());
        }
        Optional<Refusal> unreachable = decision.refusedFor(RefusalCause.AGENT_UNREACHABLE);
        return unreachable.isPresent()
                ? new Unreachable(unreachable.get())
                : new Unplaceable(decision.reason(), detail(record, decision));
    }

    private Placement.Decision draw(MetadataRecord record) {
        if (!draws.repeatable()) {
            return Placement.place(record, leaving, fleet, this::promisedMib, nextSeed++);
        }
        refresh();
        return Placement.place(record, leaving, fleet, this::promisedMib, draws.seedOf(record.objectId()));
    }

    private Picked picked(MetadataRecord record, StorageNode destination) {
        if (draws.repeatable() && !batches.isOpen(destination.id())) {
            assumed.add(destination.id());
        }
        previous = Optional.of(new Previous(record.ref().shard(), destination));
        return new Picked(destination);
    }

    /** The destination of the previous object, while its batch is open, if that object is of the same shard. */
    private Optional<StorageNode> ofPrevious(MetadataRecord record) {
        return previous.filter(each -> each.shard() == record.ref().shard())
                .map(Previous::destination)
                .filter(node -> batches.isOpen(node.id()) && qualifies(record, node));
    }

    private Optional<StorageNode> ofOpenBatches(MetadataRecord record) {
        return batches.hasManyOpen()
                ? batches.openDestinations().stream()
                        .filter(node -> qualifies(record, node))
                        .findFirst()
                : Optional.empty();
    }

    private boolean qualifies(MetadataRecord record, StorageNode node) {
        return fleet.isOpen(node.id()) && Placement.qualifies(record, leaving, node, this::promisedMib, fleet.policy());
    }

    private String detail(MetadataRecord record, Placement.Decision decision) {
        return "object " + record.objectId() + " of " + record.sizeBytes() + " bytes has no destination among "
                + fleet.size() + " storage nodes: " + decision.text();
    }
}
