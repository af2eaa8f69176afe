package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An assignment the agent has accepted and not yet been released from.
 *
 * @param results what became of the copies that ended, by object
 */
public record HeldAssignment(UUID jobId, Assignment assignment, Map<UUID, TaskResult> results) {

    public HeldAssignment {
        results = Map.copyOf(results);
    }

    /** Whether every copy ended. */
    public boolean finished() {
        return results.size() == assignment.tasks().size();
    }

    /** The copies that are still to be made. */
    public List<CopyTask> openTasks() {
        return assignment.tasks().stream()
                .filter(task -> !results.containsKey(task.objectId()))
                .toList();
    }

    /** The copies that failed, in the words of the job. */
    public List<UnmovedRecord> failures() {
        return assignment.tasks().stream()
                .flatMap(task -> {
                    TaskResult result = results.get(task.objectId());
                    return result == null
                            ? Stream.empty()
                            : result.failure().stream()
                                    .map(reason -> new UnmovedRecord(
                                            task.record(), UnmovedRecord.Kind.SKIPPED, reason, result.detail()));
                })
                .toList();
    }

    /** Whether this assignment made the object's file, so that its copy may be discarded if it is not wanted. */
    public boolean created(UUID objectId) {
        TaskResult result = results.get(objectId);
        return result != null && result.failure().isEmpty() && result.created();
    }
}
