package io.rebalancer.manager.plan;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.manager.evacuate.planning.Sources;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * The sources of objects in the fleet of a scenario: copies in lost datacenters are none. Counts the objects with few copies left, each
 * once as long as at most {@code maxObjects} of them are known. Thread-safe.
 */
final class PlanSources implements Sources {
    /** With fewer copies, the next fault loses the object. */
    private static final int ENOUGH_COPIES = 2;

    private final Scenario scenario;
    private final PlannedObjects counted;
    private final AtomicLong belowTwoCopies = new AtomicLong();

    /** @param maxObjects objects with few copies that are remembered */
    PlanSources(Scenario scenario, int maxObjects) {
        this.scenario = scenario;
        this.counted = new PlannedObjects(maxObjects);
    }

    @Override
    public Optional<String> missing(MetadataRecord record) {
        if (scenario.lostDatacenters().isEmpty()) {
            return Optional.empty();
        }
        List<CopyLocation> remaining = scenario.remaining(record.copies());
        if (remaining.size() < ENOUGH_COPIES && counted.add(record.objectId())) {
            belowTwoCopies.incrementAndGet();
        }
        return remaining.isEmpty()
                ? Optional.of(
                        "object " + record.objectId() + " has no source: each of its copies is in a lost datacenter ("
                                + record.copies().stream()
                                        .map(copy -> copy.storageNode() + " in " + copy.datacenter())
                                        .collect(Collectors.joining(", "))
                                + "); it can't be moved until one of them is back")
                : Optional.empty();
    }

    /** Objects with fewer than two copies outside the lost datacenters; empty without lost datacenters. */
    OptionalLong belowTwoCopies() {
        return scenario.lostDatacenters().isEmpty() ? OptionalLong.empty() : OptionalLong.of(belowTwoCopies.get());
    }

    /** Whether objects may be counted more than once. */
    boolean hasOverflowed() {
        return counted.hasOverflowed();
    }
}
