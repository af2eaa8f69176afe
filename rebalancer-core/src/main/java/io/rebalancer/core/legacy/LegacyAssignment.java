package io.rebalancer.core.legacy;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * An assignment that the agent accepted over the legacy HTTP API and whose tasks have not all ended.
 *
 * @param done indexes of the tasks that ended, whether they succeeded or failed
 * @param failures failures by the index of their task
 */
public record LegacyAssignment(
        UUID id, List<LegacyTask> tasks, Set<Integer> done, Map<Integer, LegacyFailure> failures) {

    public LegacyAssignment {
        tasks = List.copyOf(tasks);
        done = Set.copyOf(done);
        failures = Map.copyOf(failures);
    }

    /** Whether every task has ended. An assignment without tasks is complete. */
    boolean complete() {
        return done.size() == tasks.size();
    }

    LegacyAssignment withEnded(LegacyEvent.LegacyTasksFinished event) {
        Set<Integer> allDone = new HashSet<>(done);
        Map<Integer, LegacyFailure> allFailures = new HashMap<>(failures);
        for (int index : event.done()) {
            LegacyFailure failure = event.failures().get(index);
            boolean isTask = index >= 0 && index < tasks.size();
            if (isTask && allDone.add(index) && failure != null) {
                allFailures.put(index, failure);
            }
        }
        return new LegacyAssignment(id, tasks, allDone, allFailures);
    }

    /** What remains of this assignment when it is complete. */
    EndedLegacyAssignment ended(Optional<Instant> at) {
        List<FailedLegacyTask> failed = new TreeMap<>(failures)
                .entrySet().stream()
                        .map(each -> new FailedLegacyTask(tasks.get(each.getKey()), each.getValue()))
                        .toList();
        return new EndedLegacyAssignment(id, tasks.size(), failed, at);
    }

    /** Indexes of the tasks that have not ended, in ascending order. */
    public List<Integer> openTasks() {
        return IntStream.range(0, tasks.size())
                .filter(index -> !done.contains(index))
                .boxed()
                .toList();
    }
}
