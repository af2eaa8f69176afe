package io.rebalancer.core.plan;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What would be moved.
 *
 * @param records records that name the leaving node, also those that could not be moved
 * @param objects objects that would be copied
 * @param bytes content bytes of these objects
 * @param otherDatacenter how many of these objects would change their datacenter
 * @param sharedDatacenter how many of these objects would have two copies in one datacenter afterwards
 * @param aboveCeiling destinations that would be filled above the fill ceiling
 * @param destinations the destinations, the one with the most bytes first, at most {@link #MAX_LISTED}
 * @param unlisted destinations that are not in the list
 * @param shards the metadata shards with records, at most {@link #MAX_LISTED}
 */
public record PlannedMoves(
        long records,
        long objects,
        long bytes,
        long otherDatacenter,
        long sharedDatacenter,
        int aboveCeiling,
        List<DestinationShare> destinations,
        int unlisted,
        List<ShardShare> shards) {
    /** Enough for large fleets, and small enough for one message. */
    public static final int MAX_LISTED = 1_000;

    public PlannedMoves {
        destinations = List.copyOf(destinations);
        shards = List.copyOf(shards);
    }

    /** The fill of the fullest listed destination afterwards, in percent; empty if no fill is known. */
    public Optional<Integer> peakFillPercent() {
        return destinations.stream()
                .flatMap(each -> each.fill().stream())
                .map(DestinationShare.Fill::after)
                .max(Comparator.naturalOrder());
    }
}
