package io.rebalancer.core.legacy;

import java.util.List;
import java.util.UUID;

/**
 * The progress of an assignment, as the legacy HTTP API reports it.
 *
 * @param ended whether every task has ended
 * @param total number of tasks
 * @param done tasks that ended, whether they succeeded or failed
 * @param failed tasks that failed
 * @param failedTasks the failed tasks of an ended assignment; an open assignment lists none
 */
public record LegacyProgress(
        UUID id, boolean ended, int total, int done, int failed, List<FailedLegacyTask> failedTasks) {

    public LegacyProgress {
        failedTasks = List.copyOf(failedTasks);
    }

    static LegacyProgress of(LegacyAssignment open) {
        return new LegacyProgress(
                open.id(),
                false,
                open.tasks().size(),
                open.done().size(),
                open.failures().size(),
                List.of());
    }

    static LegacyProgress of(EndedLegacyAssignment ended) {
        return new LegacyProgress(
                ended.id(),
                true,
                ended.taskCount(),
                ended.taskCount(),
                ended.failed().size(),
                ended.failed());
    }
}
