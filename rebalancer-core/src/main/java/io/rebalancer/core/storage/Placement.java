package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Chooses the destination of a new copy (manta.md 5.4). A pure function: the same arguments give the same decision.
 *
 * <p>Nodes are drawn at random from the whole fleet, each with the weight {@code unpromised space / (1 + open
 * assignments) * penalty factor}. The first node that qualifies is the destination. If {@link #MAX_DRAWS} draws find
 * none, all nodes are examined once, which also yields the complete list of refusals.
 */
public final class Placement {
    /** Draws before all nodes are examined. With a tenth of the fleet qualifying, 1 object in 1,000 needs that. */
    static final int MAX_DRAWS = 64;

    private Placement() {}

    /**
     * The decision about one object.
     *
     * @param destination the node that receives the copy, or empty if no node qualifies
     * @param refusals why each node does not qualify, grouped by cause; complete if there is no destination, and
     *     otherwise empty
     */
    public record Decision(Optional<StorageNode> destination, List<Refusal> refusals) {
        public Decision {
            refusals = List.copyOf(refusals);
        }

        static Decision of(StorageNode node) {
            return new Decision(Optional.of(node), List.of());
        }

        /** The nodes that were refused for {@code cause}. */
        public Optional<Refusal> refusedFor(RefusalCause cause) {
            return refusals.stream().filter(each -> each.cause() == cause).findFirst();
        }

        /** The reason of the nodes that came closest to being the destination. */
        public Reason reason() {
            return refusals.stream()
                    .map(Refusal::cause)
                    .max(RefusalCause::compareTo)
                    .map(RefusalCause::reason)
                    .orElse(Reason.NO_DESTINATION);
        }

        /** All refusals in one line. */
        public String text() {
            return refusals.isEmpty()
                    ? "no storage node is known"
                    : refusals.stream().map(Refusal::text).collect(Collectors.joining("; "));
        }
    }

    /**
     * Decides where a copy of {@code object} goes.
     *
     * @param leaving the node that the job empties
     * @param promisedMib MiB on a node that are promised now; the weights use the figures of the fleet instead
     * @param seed determines the draws
     */
    public static Decision place(
            MetadataRecord object,
            CopyLocation leaving,
            Fleet fleet,
            ToLongFunction<StorageNode> promisedMib,
            long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int draw = 0; draw < MAX_DRAWS; draw++) {
            Optional<Destination> candidate = fleet.draw(random);
            if (candidate.isEmpty()) {
                break;
            }
            // The fleet draws nodes that are open for objects only.
            if (refusalOfOpen(object, leaving, candidate.get(), promisedMib, fleet.policy())
                    .isEmpty()) {
                return Decision.of(candidate.get().node());
            }
        }
        return examineAll(object, leaving, fleet, promisedMib, random);
    }

    /** Whether {@code node} may receive a copy of {@code object}, provided that the fleet has it open for objects. */
    public static boolean qualifies(
            MetadataRecord object,
            CopyLocation leaving,
            StorageNode node,
            ToLongFunction<StorageNode> promisedMib,
            PlacementPolicy policy) {
        return refusalOfOpen(object, leaving, Destination.idle(node), promisedMib, policy)
                .isEmpty();
    }

    private static Decision examineAll(
            MetadataRecord object,
            CopyLocation leaving,
            Fleet fleet,
            ToLongFunction<StorageNode> promisedMib,
            SplittableRandom random) {
        Map<RefusalCause, List<StorageNodeId>> refused = new EnumMap<>(RefusalCause.class);
        Optional<StorageNode> chosen = Optional.empty();
        double total = 0;
        for (Destination each : fleet.all()) {
            Optional<RefusalCause> cause = refusal(object, leaving, each, promisedMib, fleet.policy());
            if (cause.isPresent()) {
                refused.computeIfAbsent(cause.get(), key -> new ArrayList<>())
                        .add(each.node().id());
                continue;
            }
            double weight = Math.max(each.weight(fleet.policy()), Double.MIN_NORMAL);
            total += weight;
            if (chosen.isEmpty() || random.nextDouble() * total < weight) {
                chosen = Optional.of(each.node());
            }
        }
        return chosen.map(Decision::of).orElseGet(() -> new Decision(Optional.empty(), grouped(refused)));
    }

    private static List<Refusal> grouped(Map<RefusalCause, List<StorageNodeId>> refused) {
        return refused.entrySet().stream()
                .map(each -> new Refusal(
                        each.getKey(),
                        each.getValue().size(),
                        each.getValue().stream().limit(Refusal.MAX_EXAMPLES).toList()))
                .toList();
    }

    private static Optional<RefusalCause> refusal(
            MetadataRecord object,
            CopyLocation leaving,
            Destination candidate,
            ToLongFunction<StorageNode> promisedMib,
            PlacementPolicy policy) {
        Optional<RefusalCause> closed = Fleet.closedBecause(candidate, policy);
        return closed.isPresent() ? closed : refusalOfOpen(object, leaving, candidate, promisedMib, policy);
    }

    private static Optional<RefusalCause> refusalOfOpen(
            MetadataRecord object,
            CopyLocation leaving,
            Destination candidate,
            ToLongFunction<StorageNode> promisedMib,
            PlacementPolicy policy) {
        StorageNode node = candidate.node();
        if (node.id().equals(leaving.storageNode()) || object.names(node.id())) {
            return Optional.of(RefusalCause.HOLDS_COPY);
        }
        // A destination in the leaving node's datacenter leaves the set of failure domains unchanged, so it always
        // qualifies.
        boolean sameDomain = node.datacenter().equals(leaving.datacenter());
        if (!sameDomain && holdsCopyIn(node.datacenter(), object)) {
            return Optional.of(RefusalCause.DATACENTER_HOLDS_COPY);
        }
        if (!hasSpace(object, node, promisedMib, policy)) {
            return Optional.of(RefusalCause.INSUFFICIENT_SPACE);
        }
        return candidate.access() == Destination.Access.UNREACHABLE
                ? Optional.of(RefusalCause.AGENT_UNREACHABLE)
                : Optional.empty();
    }

    private static boolean holdsCopyIn(String datacenter, MetadataRecord object) {
        for (CopyLocation copy : object.copies()) {
            if (copy.datacenter().equals(datacenter)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasSpace(
            MetadataRecord object, StorageNode node, ToLongFunction<StorageNode> promisedMib, PlacementPolicy policy) {
        return node.availableMib() >= policy.minFreeMib()
                && SpaceRules.mibFor(object.sizeBytes())
                        <= SpaceRules.availableMib(node, policy.maxFillPercent(), promisedMib.applyAsLong(node));
    }
}
