package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The batches of a pass, from the first object until the assignment ends:
 *
 * <pre>
 * open ─due─► leasing space ─granted─► in flight ─► ended
 *                           └refused─► its objects are placed again
 * </pre>
 */
final class BatchPool {
    private final Supplier<EvacuateSettings> settings;
    private final Clock clock;
    private final Map<StorageNodeId, OpenBatch> open = new LinkedHashMap<>();
    private final Map<UUID, OpenBatch> leasing = new HashMap<>();
    private final Set<UUID> inFlight = new HashSet<>();
    private final Map<StorageNodeId, Long> promisedMib = new HashMap<>();

    /** @param earlier assignments that are in flight already */
    BatchPool(Supplier<EvacuateSettings> settings, Clock clock, Collection<Assignment> earlier) {
        this.settings = settings;
        this.clock = clock;
        earlier.forEach(each -> inFlight.add(each.id()));
    }

    /** Whether one more assignment may be in flight. */
    boolean hasCapacity() {
        return inFlight.size() + leasing.size() < settings.get().maxAssignmentsInFlight();
    }

    /** Whether no batch and no assignment is left. */
    boolean isEmpty() {
        return open.isEmpty() && leasing.isEmpty() && inFlight.isEmpty();
    }

    /** Adds an object to the open batch of its destination, and returns that batch if it is due now. */
    Optional<OpenBatch> add(StorageNode destination, Candidate candidate) {
        OpenBatch batch = open.computeIfAbsent(destination.id(), id -> new OpenBatch(destination, clock.instant()));
        batch.add(candidate);
        return isDue(batch) ? Optional.of(batch) : Optional.empty();
    }

    /** The open batches that are due; all of them if {@code complete}, because no more objects will come. */
    List<OpenBatch> dueBatches(boolean complete) {
        return open.values().stream().filter(each -> complete || isDue(each)).toList();
    }

    private boolean isDue(OpenBatch batch) {
        Duration age = Duration.between(batch.since(), clock.instant());
        return settings.get().batch().due(batch.size(), batch.bytes(), age);
    }

    /** Closes the batch, and returns the request for its space. */
    SpaceMessage.Lease startLease(OpenBatch batch, ActorRef<SpaceMessage.SpaceReply> replyTo) {
        open.remove(batch.destination().id());
        UUID assignmentId = UUID.randomUUID();
        leasing.put(assignmentId, batch);
        long availableMib = SpaceRules.availableMib(
                batch.destination(), settings.get().placement().maxFillPercent(), 0);
        return new SpaceMessage.Lease(assignmentId, batch.destination().id(), batch.mib(), availableMib, replyTo);
    }

    /** Records the reply, and returns the batch that waited for it, if any. A granted batch is in flight from now on. */
    Optional<OpenBatch> finishLease(SpaceMessage.SpaceReply reply) {
        promisedMib.put(reply.node(), reply.promisedMib());
        Optional<OpenBatch> batch = Optional.ofNullable(leasing.remove(reply.assignmentId()));
        if (batch.isPresent() && reply.granted()) {
            inFlight.add(reply.assignmentId());
        }
        return batch;
    }

    /** False if the assignment is not in flight. */
    boolean removeEnded(UUID assignmentId) {
        return inFlight.remove(assignmentId);
    }

    /** Space promised on a node: the broker's last figure, and the open batch. */
    long promisedOn(StorageNode node) {
        OpenBatch gathering = open.get(node.id());
        return promisedMib.getOrDefault(node.id(), 0L) + (gathering == null ? 0 : gathering.mib());
    }
}
