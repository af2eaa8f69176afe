package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An assignment that the agent has accepted and the manager has not released.
 *
 * @param results results of the copies that ended, by object id
 */
public record HeldAssignment(UUID jobId, Assignment assignment, Map<UUID, TaskResult> results) {

    public HeldAssignment {
        results = Map.copyOf(results);
    }

    /** The assignment after these copies have ended; the first result of a copy counts. */
    HeldAssignment withResults(List<TaskResult> ended) {
        Map<UUID, TaskResult> all = new HashMap<>(results);
        ended.forEach(result -> all.putIfAbsent(result.objectId(), result));
        return new HeldAssignment(jobId, assignment, all);
    }

    /**
     * The assignment after another one has found its files in place. A record may soon name such a file on behalf of the
     * other assignment, so this one may not discard it any more.
     */
    HeldAssignment sharing(List<TaskResult> ofOther) {
        Map<UUID, TaskResult> all = new HashMap<>(results);
        for (TaskResult other : ofOther) {
            if (other.failure().isEmpty() && !other.created()) {
                all.computeIfPresent(other.objectId(), (id, own) -> own.found());
            }
        }
        return new HeldAssignment(jobId, assignment, all);
    }

    /** Whether every copy has ended. */
    public boolean finished() {
        return results.size() == assignment.tasks().size();
    }

    /** The tasks whose copies have not ended. */
    public List<CopyTask> openTasks() {
        return assignment.tasks().stream()
                .filter(task -> !results.containsKey(task.objectId()))
                .toList();
    }

    /** The failed copies as unmoved records of the job. */
    public List<UnmovedRecord> failures() {
        return assignment.tasks().stream()
                .flatMap(task -> {
                    TaskResult result = results.get(task.objectId());
                    return result == null
                            ? Stream.empty()
                            : result.failure().stream()
                                    .map(reason ->
                                            new UnmovedRecord(task.record(), kind(reason), reason, result.detail()));
                })
                .toList();
    }

    /** A lost object needs an operator; other copies fail for what another pass may find changed. */
    private static UnmovedRecord.Kind kind(Reason reason) {
        return reason == Reason.UNRECOVERABLE ? UnmovedRecord.Kind.FAILED : UnmovedRecord.Kind.SKIPPED;
    }

    /** Whether this assignment created the object's file. Only then may an unwanted copy be discarded. */
    public boolean created(UUID objectId) {
        TaskResult result = results.get(objectId);
        return result != null && result.failure().isEmpty() && result.created();
    }
}
