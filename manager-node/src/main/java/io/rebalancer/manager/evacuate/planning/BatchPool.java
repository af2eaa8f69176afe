package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.storage.StorageNode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The batches of a pass, from the first object until the assignment ends:
 *
 * <pre>
 * open ─due─► lease requested ─granted─► in flight ─► ended
 *                             └refused, no reply─► its objects are placed again
 * </pre>
 */
final class BatchPool {
    private final Supplier<EvacuateSettings> settings;
    private final LiveLimits limits;
    private final Clock clock;
    private final CopyLocation leaving;
    private final Map<StorageNodeId, OpenBatch> open = new LinkedHashMap<>();
    private final Map<UUID, LeaseRequest> requested = new LinkedHashMap<>();
    private final Map<StorageNodeId, Long> requestedMib = new HashMap<>();
    private final Map<UUID, InFlightBatch> inFlight = new HashMap<>();

    /** @param candidates the objects; empty for an assignment of an earlier incarnation */
    record InFlightBatch(SpaceLease lease, List<Candidate> candidates) {}

    /** @param pass contains the assignments that are in flight already */
    BatchPool(PlanningResources resources, PassInput pass) {
        this.settings = resources.settings();
        this.limits = resources.limits();
        this.clock = resources.clock();
        this.leaving = pass.leaving();
        pass.inFlight().forEach(each -> inFlight.put(each.id(), new InFlightBatch(SpaceLease.of(each), List.of())));
    }

    /** Whether one more assignment may be in flight. */
    boolean hasCapacity() {
        return inFlight.size() + requested.size() < limits.now().assignmentsInFlight();
    }

    /** Whether no batch and no assignment is left. */
    boolean isEmpty() {
        return open.isEmpty() && requested.isEmpty() && inFlight.isEmpty();
    }

    /**
     * Whether as many batches are open as assignments may be in flight. Then objects go to open batches first, so that
     * batches fill up in a large fleet too, and memory is bounded.
     */
    boolean hasManyOpen() {
        return open.size() >= limits.now().assignmentsInFlight();
    }

    /** Whether objects for {@code node} are being gathered. */
    boolean isOpen(StorageNodeId node) {
        return open.containsKey(node);
    }

    /** The destinations of the open batches, the longest open first. */
    List<StorageNode> openDestinations() {
        return open.values().stream().map(OpenBatch::destination).toList();
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

    /** Removes and returns the open batches whose destination is not {@code available} any more. */
    List<OpenBatch> removeOpen(Predicate<StorageNodeId> available) {
        List<OpenBatch> removed = new ArrayList<>();
        open.values().removeIf(batch -> {
            boolean remove = !available.test(batch.destination().id());
            if (remove) {
                removed.add(batch);
            }
            return remove;
        });
        return removed;
    }

    /** Closes the batch, which needs the lease of its space from now on. */
    LeaseRequest close(OpenBatch batch) {
        open.remove(batch.destination().id());
        LeaseRequest request = new LeaseRequest(UUID.randomUUID(), batch, clock.instant());
        requested.put(request.lease().assignmentId(), request);
        requestedMib.merge(request.lease().node(), request.lease().mib(), Long::sum);
        return request;
    }

    /** The batches that wait for a lease, the longest wait first. */
    List<LeaseRequest> requests() {
        return List.copyOf(requested.values());
    }

    Optional<LeaseRequest> request(UUID assignmentId) {
        return Optional.ofNullable(requested.get(assignmentId));
    }

    /** Removes the batch from those that wait for a lease. */
    void removeRequest(LeaseRequest request) {
        if (requested.remove(request.lease().assignmentId()) != null) {
            requestedMib.merge(request.lease().node(), -request.lease().mib(), Long::sum);
            requestedMib.remove(request.lease().node(), 0L);
        }
    }

    /** The lease is granted: the batch is an assignment in flight. */
    Assignment addInFlight(LeaseRequest granted) {
        SpaceLease lease = granted.lease();
        inFlight.put(
                lease.assignmentId(), new InFlightBatch(lease, granted.batch().candidates()));
        return granted.batch().toAssignment(lease.assignmentId(), leaving);
    }

    boolean isInFlight(UUID assignmentId) {
        return inFlight.containsKey(assignmentId);
    }

    /** Removes and returns the assignment; empty if it is not in flight. */
    Optional<InFlightBatch> removeEnded(UUID assignmentId) {
        return Optional.ofNullable(inFlight.remove(assignmentId));
    }

    /** The leases of the assignments in flight. */
    List<SpaceLease> held() {
        return inFlight.values().stream().map(InFlightBatch::lease).toList();
    }

    /** The assignments whose lease is requested. */
    Set<UUID> requestedIds() {
        return Set.copyOf(requested.keySet());
    }

    /** MiB on a node that batches need and the broker has not granted yet. */
    long ungrantedMib(StorageNodeId node) {
        OpenBatch gathering = open.get(node);
        return requestedMib.getOrDefault(node, 0L) + (gathering == null ? 0 : gathering.mib());
    }

    /** The number of assignments in flight to each node. */
    Map<StorageNodeId, Integer> inFlightByNode() {
        Map<StorageNodeId, Integer> counts = new HashMap<>();
        inFlight.values().forEach(each -> counts.merge(each.lease().node(), 1, Integer::sum));
        return counts;
    }
}
