package io.rebalancer.core.legacy;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A fact about assignments taken over HTTP, as stored in the agent's journal. Names and members are stored format. */
public sealed interface LegacyEvent {

    /** The agent promised to make the copies; stored before the answer. */
    record LegacyAssigned(UUID assignmentId, List<LegacyTask> tasks) implements LegacyEvent {
        public LegacyAssigned {
            tasks = List.copyOf(tasks);
        }
    }

    /** Some copies ended; those of {@code failures} in vain. Tasks are named by their place in the assignment. */
    record LegacyTasksFinished(UUID assignmentId, List<Integer> done, Map<Integer, LegacyFailure> failures)
            implements LegacyEvent {
        public LegacyTasksFinished {
            done = List.copyOf(done);
            failures = Map.copyOf(failures);
        }
    }

    /** A finished assignment was asked to be forgotten. */
    record LegacyDeleted(UUID assignmentId) implements LegacyEvent {}
}
