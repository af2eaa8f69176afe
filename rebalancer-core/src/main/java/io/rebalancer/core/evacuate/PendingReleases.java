package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The second half of the assignment ledger: assignments that have ended, and whose agent has not acknowledged that yet.
 * The releases are repeated until it has, also after the job has ended.
 *
 * @param byId each release by the assignment's id
 */
public record PendingReleases(Map<UUID, PendingRelease> byId) {
    /** No assignment is planned beyond this many, so that the state stays small while an agent is away. */
    public static final int MAX = 500;

    public static final PendingReleases NONE = new PendingReleases(Map.of());

    public PendingReleases {
        byId = Map.copyOf(byId);
    }

    /** The pending release of this assignment. */
    public Optional<PendingRelease> find(UUID assignmentId) {
        return Optional.ofNullable(byId.get(assignmentId));
    }

    /** All of them, in no order. */
    public Collection<PendingRelease> all() {
        return byId.values();
    }

    /** Whether every agent has acknowledged. */
    @JsonIgnore
    public boolean isEmpty() {
        return byId.isEmpty();
    }

    @JsonIgnore
    boolean isFull() {
        return byId.size() >= MAX;
    }

    /** @param inFlight the assignments before the event */
    PendingReleases after(JobEvent event, AssignmentsInFlight inFlight) {
        if (event instanceof JobEvent.RelocationsCommitted e) {
            return e.release()
                    .flatMap(release -> inFlight.find(e.assignmentId()).map(ended -> plus(ended, release)))
                    .orElse(this);
        }
        if (event instanceof JobEvent.AssignmentLost e) {
            return e.release()
                    .flatMap(release -> inFlight.find(e.assignmentId()).map(ended -> plus(ended, release)))
                    .orElse(this);
        }
        if (event instanceof JobEvent.CopiesOrphaned e) {
            return orphaned(e);
        }
        return event instanceof JobEvent.AssignmentsReleased e ? without(e.assignmentIds()) : this;
    }

    /** An object that this assignment committed may be in an earlier release of the same node: that copy is wanted now. */
    private PendingReleases plus(InFlightAssignment ended, JobEvent.Release release) {
        UUID id = ended.assignment().id();
        StorageNodeId node = ended.assignment().destination().storageNode();
        Set<UUID> wanted = new HashSet<>();
        if (ended.copied()) {
            wanted =
                    ended.copiedTasks().stream().map(CopyTask::objectId).collect(Collectors.toCollection(HashSet::new));
            release.unwanted().forEach(wanted::remove);
        }
        Map<UUID, PendingRelease> next = new HashMap<>();
        for (PendingRelease each : byId.values()) {
            next.put(each.assignmentId(), each.node().equals(node) ? each.keeping(wanted) : each);
        }
        next.put(id, new PendingRelease(id, node, release.unwanted()));
        return new PendingReleases(next);
    }

    private PendingReleases orphaned(JobEvent.CopiesOrphaned e) {
        Map<UUID, PendingRelease> next = new HashMap<>(byId);
        next.computeIfPresent(e.assignmentId(), (id, each) -> each.keeping(Set.copyOf(e.objects())));
        return new PendingReleases(next);
    }

    private PendingReleases without(List<UUID> released) {
        Map<UUID, PendingRelease> next = new HashMap<>(byId);
        released.forEach(next::remove);
        return new PendingReleases(next);
    }
}
