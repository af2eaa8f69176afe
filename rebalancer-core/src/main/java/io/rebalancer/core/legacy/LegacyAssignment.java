package io.rebalancer.core.legacy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * An assignment taken over HTTP, and how far it is.
 *
 * @param done places of the tasks that ended, well or not
 * @param failures the failed ones among them
 */
public record LegacyAssignment(
        UUID id, List<LegacyTask> tasks, Set<Integer> done, Map<Integer, LegacyFailure> failures) {

    public LegacyAssignment {
        tasks = List.copyOf(tasks);
        done = Set.copyOf(done);
        failures = Map.copyOf(failures);
    }

    /** Whether every task ended; an assignment without tasks is complete at once. */
    public boolean complete() {
        return done.size() == tasks.size();
    }

    /** Places of the tasks that are still to be done, ascending. */
    public List<Integer> open() {
        return IntStream.range(0, tasks.size())
                .filter(place -> !done.contains(place))
                .boxed()
                .toList();
    }
}
