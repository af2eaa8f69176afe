package io.rebalancer.core.registry;

import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * All jobs that were ever created, and the storage nodes that they took out of service. Operators create a few hundred jobs in the life of a fleet, so none is removed.
 *
 * @param jobs newest first
 * @param nodes the storage nodes that are not in service
 * @param selections what jobs look at that do not look at all records, by job
 */
public record RegistryState(List<RegisteredJob> jobs, NodeStatuses nodes, Map<UUID, RetrySelection> selections) {
    public static final RegistryState EMPTY = new RegistryState(List.of(), NodeStatuses.NONE, Map.of());

    public RegistryState {
        jobs = List.copyOf(jobs);
        selections = Map.copyOf(selections);
    }

    /** The job with this id. */
    public Optional<RegisteredJob> find(UUID jobId) {
        return jobs.stream().filter(job -> job.id().equals(jobId)).findFirst();
    }

    /** The job that currently empties {@code node}; there is at most one. */
    public Optional<RegisteredJob> activeOn(StorageNodeId node) {
        return active().stream()
                .filter(job -> job.leaving().storageNode().equals(node))
                .findFirst();
    }

    /** The jobs that have not ended. */
    public List<RegisteredJob> active() {
        return jobs.stream().filter(job -> !job.ended()).toList();
    }

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public RegistryState apply(RegistryEvent event) {
        List<RegisteredJob> next = new ArrayList<>(jobs);
        if (event instanceof RegistryEvent.JobRegistered e) {
            next.add(0, new RegisteredJob(e.jobId(), e.leaving(), e.maxRecords(), e.at(), false, false));
        } else if (event instanceof RegistryEvent.JobClosed e) {
            next.replaceAll(job -> job.id().equals(e.jobId())
                    ? new RegisteredJob(job.id(), job.leaving(), job.maxRecords(), job.createdAt(), true, e.failed())
                    : job);
        }
        return new RegistryState(next, nodes.after(event, leavingOf(event)), selectionsAfter(event));
    }

    private Map<UUID, RetrySelection> selectionsAfter(RegistryEvent event) {
        if (!(event instanceof RegistryEvent.JobRegistered e) || e.selection().isEmpty()) {
            return selections;
        }
        Map<UUID, RetrySelection> next = new HashMap<>(selections);
        next.put(e.jobId(), e.selection().get());
        return next;
    }

    /** What the job looks at, if it does not look at all records. */
    public Optional<RetrySelection> selectionOf(UUID jobId) {
        return Optional.ofNullable(selections.get(jobId));
    }

    private Optional<StorageNodeId> leavingOf(RegistryEvent event) {
        return event instanceof RegistryEvent.JobClosed e
                ? find(e.jobId()).map(job -> job.leaving().storageNode())
                : Optional.empty();
    }
}
