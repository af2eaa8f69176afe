package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
 * @param compared when the last run ended that compared a storage node completely; one that no run compared is absent
 * @param unrecorded runs that have ended, and whose end the audit log does not have yet, oldest first
 * @param recurring the runs that begin at cron times
 */
public record ScheduleState(
        long lastNumber,
        List<RunOrder> active,
        List<UUID> recent,
        Map<StorageNodeId, String> roots,
        Map<StorageNodeId, Instant> compared,
        List<UUID> unrecorded,
        RecurringRuns recurring) {
    /** Ended runs that are remembered. */
    static final int MAX_RECENT = 100;

    /** Without runs. */
    public static final ScheduleState EMPTY =
            new ScheduleState(0, List.of(), List.of(), Map.of(), Map.of(), List.of(), RecurringRuns.NONE);

    /** Keeps copies of the collections. */
    public ScheduleState {
        active = List.copyOf(active);
        recent = List.copyOf(recent);
        roots = Map.copyOf(roots);
        compared = Map.copyOf(compared);
        unrecorded = List.copyOf(unrecorded);
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

    /**
     * The storage nodes of the next scheduled run: those of the fleet on which no run works, {@link RunOrder#MAX_NODES} at most. Those
     * come first whose last complete comparison is the longest ago, so a run that is ended early, or that can't have all, does not
     * leave out the same ones again and again.
     */
    public List<StorageNodeId> nodesOfNextRun(List<StorageNodeId> fleet) {
        return fleet.stream()
                .distinct()
                .filter(node -> busyWith(List.of(node)).isEmpty())
                .sorted(Comparator.comparing((StorageNodeId node) -> compared.getOrDefault(node, Instant.EPOCH))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(RunOrder.MAX_NODES)
                .toList();
    }

    /** The scheduled run, or the run that carries its plan out, if it has not ended. */
    public Optional<RunOrder> recurringRun() {
        return recurring
                .last()
                .flatMap(last -> find(last.id())
                        .or(() -> last.act().flatMap(RecurringRuns.Act::run).flatMap(this::find)));
    }

    /** The state after an event. */
    public ScheduleState apply(ScheduleEvent event) {
        if (event instanceof ScheduleEvent.RunRegistered registered) {
            List<RunOrder> runs = new ArrayList<>(active);
            runs.add(registered.order());
            return new ScheduleState(registered.order().number(), runs, recent, roots, compared, unrecorded, recurring);
        }
        if (event instanceof ScheduleEvent.RunClosed closed) {
            return apply(closed);
        }
        if (event instanceof ScheduleEvent.RunEnded ended) {
            return apply(ended);
        }
        if (event instanceof ScheduleEvent.EndRecorded recorded) {
            List<UUID> left = new ArrayList<>(unrecorded);
            left.remove(recorded.runId());
            return new ScheduleState(lastNumber, active, recent, roots, compared, left, recurring);
        }
        if (event instanceof ScheduleEvent.TimesChanged changed) {
            return with(recurring.apply(changed));
        }
        if (event instanceof ScheduleEvent.RunScheduled scheduled) {
            return with(recurring.apply(scheduled));
        }
        return event instanceof ScheduleEvent.TimeSkipped skipped
                ? with(recurring.apply(skipped))
                : with(recurring.apply((ScheduleEvent.ActDecided) event));
    }

    private ScheduleState with(RecurringRuns runs) {
        return new ScheduleState(lastNumber, active, recent, roots, compared, unrecorded, runs);
    }

    private ScheduleState apply(ScheduleEvent.RunClosed closed) {
        List<RunOrder> runs = new ArrayList<>(active);
        runs.removeIf(run -> run.id().equals(closed.runId()));
        List<UUID> ended = new ArrayList<>(recent);
        ended.add(closed.runId());
        Map<StorageNodeId, String> seen = new HashMap<>(roots);
        seen.putAll(closed.roots());
        return new ScheduleState(
                lastNumber,
                runs,
                ended.subList(Math.max(0, ended.size() - MAX_RECENT), ended.size()),
                seen,
                compared,
                unrecorded,
                recurring);
    }

    private ScheduleState apply(ScheduleEvent.RunEnded ended) {
        Map<StorageNodeId, Instant> times = new HashMap<>(compared);
        ended.compared().forEach(node -> times.put(node, ended.at()));
        List<UUID> waiting = new ArrayList<>(unrecorded);
        waiting.add(ended.runId());
        return new ScheduleState(lastNumber, active, recent, roots, times, waiting, recurring.apply(ended));
    }
}
