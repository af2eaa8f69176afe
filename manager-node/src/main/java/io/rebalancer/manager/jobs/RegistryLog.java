package io.rebalancer.manager.jobs;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The events of the registry of jobs as event streams need them: which job each of them created or closed, and which storage
 * node it changed. Operators create a few hundred jobs in the life of a fleet, so all of them are kept. Only
 * {@link FleetFeedHub} uses it.
 */
final class RegistryLog {
    private final List<Entry> entries = new ArrayList<>();
    private final Map<UUID, Job> jobs = new LinkedHashMap<>();
    private RegistryState state = RegistryState.EMPTY;

    /**
     * A job.
     *
     * @param number the number of the event that created it
     * @param closedAt the number of the event that closed it; empty until then
     */
    record Job(long number, UUID id, OptionalLong closedAt) {
        /** Whether the first {@code revision} events include the end of the job. */
        boolean isClosedAt(long revision) {
            return closedAt.isPresent() && closedAt.getAsLong() <= revision;
        }
    }

    /** What one event changed. */
    record Entry(long number, Optional<FleetUpdate.NodeChange> node, Optional<Job> created, OptionalLong closed) {}

    long revision() {
        return entries.size();
    }

    /** The jobs in the order of their creation. */
    List<Job> jobs() {
        return List.copyOf(jobs.values());
    }

    /** The events after the first {@code revision} events. */
    List<Entry> after(long revision) {
        return List.copyOf(entries.subList((int) Math.min(revision, entries.size()), entries.size()));
    }

    List<FleetUpdate.NodeChange> nodesOutOfService() {
        return state.nodes().byNode().values().stream()
                .map(status -> new FleetUpdate.NodeChange(status.node(), Optional.of(status)))
                .toList();
    }

    /**
     * Adds the next event.
     *
     * @param number its number, one more than {@link #revision}
     */
    Entry add(long number, RegistryEvent event) {
        if (number != revision() + 1) {
            throw new IllegalStateException("event " + (revision() + 1)
                    + " of the registry is missing in the journal: the next one is " + number);
        }
        Map<StorageNodeId, NodeStatus> before = state.nodes().byNode();
        state = state.apply(event);
        Optional<Job> created = Optional.empty();
        OptionalLong closed = OptionalLong.empty();
        if (event instanceof RegistryEvent.JobRegistered registered) {
            Job job = new Job(number, registered.jobId(), OptionalLong.empty());
            jobs.put(job.id(), job);
            created = Optional.of(job);
        } else if (event instanceof RegistryEvent.JobClosed end && jobs.containsKey(end.jobId())) {
            Job job = jobs.get(end.jobId());
            jobs.put(job.id(), new Job(job.number(), job.id(), OptionalLong.of(number)));
            closed = OptionalLong.of(job.number());
        }
        Entry entry = new Entry(number, changed(before, state.nodes().byNode()), created, closed);
        entries.add(entry);
        return entry;
    }

    private static Optional<FleetUpdate.NodeChange> changed(
            Map<StorageNodeId, NodeStatus> before, Map<StorageNodeId, NodeStatus> after) {
        Set<StorageNodeId> nodes = new HashSet<>(before.keySet());
        nodes.addAll(after.keySet());
        return nodes.stream()
                .filter(node -> !Optional.ofNullable(before.get(node)).equals(Optional.ofNullable(after.get(node))))
                .map(node -> new FleetUpdate.NodeChange(node, Optional.ofNullable(after.get(node))))
                .findFirst();
    }
}
