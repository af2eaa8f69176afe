package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.storage.Placement;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Picks a destination for an object. If only nodes with an unreachable agent qualify, planning waits for an agent to
 * return, up to {@code agent-lost-after}; then the object is unplaced.
 */
final class DestinationPicker {
    private final Supplier<EvacuateSettings> settings;
    private final CopyLocation leaving;
    private final ToLongFunction<StorageNode> promisedMib;
    private final Clock clock;
    private final Random random = new Random();
    private DestinationCandidates nodes = DestinationCandidates.UNKNOWN;
    private Optional<Instant> stalledSince = Optional.empty();

    /** The decision about one object. */
    sealed interface Pick {}

    record Picked(StorageNode destination) implements Pick {}

    /** Ask again later: an unreachable agent may return. */
    record Stalled() implements Pick {}

    record Unplaceable(Reason reason, String detail) implements Pick {}

    /** @param promisedMib space on a node that is promised already */
    DestinationPicker(
            Supplier<EvacuateSettings> settings,
            CopyLocation leaving,
            ToLongFunction<StorageNode> promisedMib,
            Clock clock) {
        this.settings = settings;
        this.leaving = leaving;
        this.promisedMib = promisedMib;
        this.clock = clock;
    }

    void setNodes(DestinationCandidates current) {
        nodes = current;
    }

    /** Whether the inventory is known; before that nothing can be picked. */
    boolean isReady() {
        return nodes.known();
    }

    Pick pick(MetadataRecord record) {
        Placement.Choice choice = choose(record, preferenceOrder(nodes.reachable()));
        if (choice.destination().isPresent()) {
            stalledSince = Optional.empty();
            return new Picked(choice.destination().get());
        }
        if (choose(record, nodes.unreachable()).destination().isEmpty()) {
            return unplaceable(record, choice.refusal().orElse(Reason.NO_DESTINATION));
        }
        return hasStalledTooLong() ? unplaceable(record, Reason.DESTINATION_UNREACHABLE) : new Stalled();
    }

    private boolean hasStalledTooLong() {
        Instant now = clock.instant();
        Instant since = stalledSince.orElse(now);
        stalledSince = Optional.of(since);
        return Duration.between(since, now).compareTo(settings.get().agentLostAfter()) >= 0;
    }

    private Placement.Choice choose(MetadataRecord record, List<StorageNode> candidates) {
        return Placement.choose(
                record, leaving, candidates, promisedMib, settings.get().placement());
    }

    /** The nodes with the most free space in random order, which spreads the load; then the others. */
    private List<StorageNode> preferenceOrder(List<StorageNode> byFreeSpace) {
        int count = Math.min(settings.get().candidates(), byFreeSpace.size());
        List<StorageNode> preferred = new ArrayList<>(byFreeSpace.subList(0, count));
        Collections.shuffle(preferred, random);
        return Stream.concat(preferred.stream(), byFreeSpace.stream().skip(count))
                .toList();
    }

    private Unplaceable unplaceable(MetadataRecord record, Reason reason) {
        return new Unplaceable(
                reason,
                "object " + record.objectId() + " of " + record.sizeBytes() + " bytes has no destination: "
                        + nodes.reachable().size() + " storage nodes have a reachable agent, "
                        + nodes.unreachable().size() + " do not; last candidate rejected: " + reason);
    }
}
