package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Chooses the destination of a new copy (manta.md 5.4). */
public final class Placement {

    private Placement() {}

    /**
     * The result of the placement of one object.
     *
     * @param destination the node that receives the copy, or empty if no candidate qualifies
     * @param refusal the reason why the last candidate did not qualify, as in the legacy system; empty if there is a
     *     destination
     */
    public record Choice(Optional<StorageNode> destination, Optional<Reason> refusal) {
        static Choice of(StorageNode node) {
            return new Choice(Optional.of(node), Optional.empty());
        }

        static Choice refused(Reason reason) {
            return new Choice(Optional.empty(), Optional.of(reason));
        }
    }

    /**
     * Chooses the first of {@code candidates} that may hold a new copy of {@code object}. The caller sorts the
     * candidates by preference (most free space first, then shuffled) and excludes draining and unreachable nodes.
     *
     * @param leaving the node that the job empties
     * @param promisedMib MiB on a node that are promised to assignments in flight
     */
    public static Choice choose(
            MetadataRecord object,
            CopyLocation leaving,
            List<StorageNode> candidates,
            ToLongFunction<StorageNode> promisedMib,
            PlacementPolicy policy) {
        Reason last = Reason.NO_DESTINATION;
        for (StorageNode candidate : candidates) {
            Optional<Reason> refusal = refusal(object, leaving, candidate, policy)
                    .or(() -> spaceRefusal(object, candidate, promisedMib.applyAsLong(candidate), policy));
            if (refusal.isEmpty()) {
                return Choice.of(candidate);
            }
            last = refusal.get();
        }
        return Choice.refused(last);
    }

    private static Optional<Reason> refusal(
            MetadataRecord object, CopyLocation leaving, StorageNode candidate, PlacementPolicy policy) {
        if (object.names(candidate.id()) || candidate.id().equals(leaving.storageNode())) {
            return Optional.of(Reason.OBJECT_ALREADY_ON_DEST_SHARK);
        }
        if (policy.blacklistedDatacenters().contains(candidate.datacenter())) {
            return Optional.of(Reason.NO_DESTINATION);
        }
        // A destination in the leaving node's datacenter leaves the set of failure domains unchanged, so it always
        // qualifies.
        boolean sameDomain = candidate.datacenter().equals(leaving.datacenter());
        boolean domainTaken =
                object.copies().stream().anyMatch(copy -> copy.datacenter().equals(candidate.datacenter()));
        return !sameDomain && domainTaken ? Optional.of(Reason.OBJECT_ALREADY_IN_DATACENTER) : Optional.empty();
    }

    private static Optional<Reason> spaceRefusal(
            MetadataRecord object, StorageNode candidate, long promisedMib, PlacementPolicy policy) {
        long availableMib = SpaceRules.availableMib(candidate, policy.maxFillPercent(), promisedMib);
        boolean fits = candidate.availableMib() >= policy.minFreeMib()
                && SpaceRules.mibFor(object.sizeBytes()) <= availableMib;
        return fits ? Optional.empty() : Optional.of(Reason.DESTINATION_INSUFFICIENT_SPACE);
    }
}
