package io.rebalancer.core.legacy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What remains of an assignment after its last task has ended: enough for the responses of the legacy HTTP API.
 *
 * @param taskCount number of its tasks
 * @param failed its failed tasks, in the order of the assignment
 * @param endedAt empty if a build that stored no time ended it
 */
public record EndedLegacyAssignment(UUID id, int taskCount, List<FailedLegacyTask> failed, Optional<Instant> endedAt) {

    public EndedLegacyAssignment {
        failed = List.copyOf(failed);
    }

    long estimatedBytesOfFailed() {
        return failed.stream().mapToLong(FailedLegacyTask::estimatedBytes).sum();
    }
}
