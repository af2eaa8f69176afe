package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The runs that have not ended, and what is kept from those that have.
 *
 * @param lastNumber number of the last run, 0 before the first one
 * @param active runs that have not ended, by number
 * @param recent ids of the last runs that have ended, so that a repeated order does not begin a run again
 * @param roots identity of each storage node's object root, as the last run saw it
 */
public record ScheduleState(
        long lastNumber, List<RunOrder> active, List<UUID> recent, Map<StorageNodeId, String> roots) {
    /** Ended runs that are remembered. */
    static final int MAX_RECENT = 100;

    /** Without runs. */
    public static final ScheduleState EMPTY = new ScheduleState(0, List.of(), List.of(), Map.of());

    /** Keeps copies of the collections. */
    public ScheduleState {
        active = List.copyOf(active);
        recent = List.copyOf(recent);
        roots = Map.copyOf(roots);
    }

    /** The run with this id, if it has not ended. */
    public Optional<RunOrder> find(UUID runId) {
        return active.stream().filter(run -> run.id().equals(runId)).findFirst();
    }

    /** Whether the run was ordered before and has ended. */
    public boolean hasEnded(UUID runId) {
        return recent.contains(runId);
    }

    /** A run that has not ended and compares one of these storage nodes. */
    public Optional<RunOrder> busyWith(List<StorageNodeId> nodes) {
        Set<StorageNodeId> wanted = Set.copyOf(nodes);
        return active.stream()
                .filter(run -> run.nodes().stream().anyMatch(wanted::contains))
                .findFirst();
    }

    /** The state after an event. */
    public ScheduleState apply(ScheduleEvent event) {
        List<RunOrder> runs = new ArrayList<>(active);
        if (event instanceof ScheduleEvent.RunRegistered registered) {
            runs.add(registered.order());
            return new ScheduleState(registered.order().number(), runs, recent, roots);
        }
        ScheduleEvent.RunClosed closed = (ScheduleEvent.RunClosed) event;
        runs.removeIf(run -> run.id().equals(closed.runId()));
        List<UUID> ended = new ArrayList<>(recent);
        ended.add(closed.runId());
        Map<StorageNodeId, String> seen = new HashMap<>(roots);
        seen.putAll(closed.roots());
        return new ScheduleState(
                lastNumber, runs, ended.subList(Math.max(0, ended.size() - MAX_RECENT), ended.size()), seen);
    }
}
