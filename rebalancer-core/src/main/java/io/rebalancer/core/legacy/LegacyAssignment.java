package io.rebalancer.core.legacy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * An assignment that the agent accepted over the legacy HTTP API, and its progress.
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
    public boolean complete() {
        return done.size() == tasks.size();
    }

    /** Indexes of the tasks that have not ended, in ascending order. */
    public List<Integer> openTasks() {
        return IntStream.range(0, tasks.size())
                .filter(index -> !done.contains(index))
                .boxed()
                .toList();
    }
}
