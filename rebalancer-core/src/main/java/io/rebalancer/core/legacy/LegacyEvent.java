package io.rebalancer.core.legacy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A fact about assignments over the legacy HTTP API, stored in the agent's journal. Class names and members are part of
 * the stored format.
 */
public sealed interface LegacyEvent {

    /**
     * The agent accepted an assignment. Stored before the agent replies.
     *
     * @param at empty in events of builds that stored no time
     */
    record LegacyAssigned(UUID assignmentId, List<LegacyTask> tasks, Optional<Instant> at) implements LegacyEvent {
        public LegacyAssigned {
            tasks = List.copyOf(tasks);
        }
    }

    /**
     * Some copies ended; those in {@code failures} failed. Tasks are identified by their index in the assignment.
     *
     * @param at empty in events of builds that stored no time
     */
    record LegacyTasksFinished(
            UUID assignmentId, List<Integer> done, Map<Integer, LegacyFailure> failures, Optional<Instant> at)
            implements LegacyEvent {
        public LegacyTasksFinished {
            done = List.copyOf(done);
            failures = Map.copyOf(failures);
        }
    }

    /** The manager deleted a complete assignment. */
    record LegacyDeleted(UUID assignmentId) implements LegacyEvent {}

    /**
     * The oldest ended assignments expired.
     *
     * @param firstKept the ended assignments with lower numbers are removed
     * @param count how many assignments that are
     */
    record LegacyExpired(long firstKept, int count) implements LegacyEvent {}
}
