package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.CommitRule;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * How the records of one copied object ended.
 *
 * @param records the task's own record and all others that were concerned
 * @param resumed whether an earlier incarnation of the job may have sent writes for the assignment
 */
record ObjectOutcome(CopyTask task, Map<RecordRef, RecordSwap.Ended> records, boolean resumed) {

    /** What becomes of the new copy. */
    enum Copy {
        /** A record names it. */
        NAMED,
        /** No record names it or can come to name it. */
        UNWANTED,
        /** No record is known to name it, but a write was sent that did: a further search decides. */
        TO_BE_SEARCHED,
        /** It stays: a record may name it, or a later pass may use it. */
        DOUBTFUL
    }

    UUID objectId() {
        return task.objectId();
    }

    /** @param allSearched whether every shard answered the search for records of the object */
    Copy copy(boolean allSearched) {
        if (records.values().stream().anyMatch(ObjectOutcome::namesDestination)) {
            return Copy.NAMED;
        }
        boolean attempted = resumed || records.values().stream().anyMatch(RecordSwap.Ended::attempted);
        if (!allSearched || records.values().stream().anyMatch(each -> staysForLater(each, attempted))) {
            return Copy.DOUBTFUL;
        }
        return attempted ? Copy.TO_BE_SEARCHED : Copy.UNWANTED;
    }

    private static boolean namesDestination(RecordSwap.Ended ended) {
        return ended.outcome() instanceof RecordSwap.Relocated
                || (ended.outcome() instanceof RecordSwap.Unmoved unmoved
                        && unmoved.reason() == Reason.OBJECT_ALREADY_ON_DEST_SHARK);
    }

    /**
     * A write in doubt may still be carried out on a record that is unmoved. Without one, the next pass may order the
     * same copy again while the agent removes it, unless the destination was refused and is not chosen again.
     */
    private static boolean staysForLater(RecordSwap.Ended ended, boolean attempted) {
        return ended.outcome() instanceof RecordSwap.Unmoved unmoved
                && (attempted || unmoved.reason() != Reason.DESTINATION_UNREACHABLE);
    }

    CommitResult result(UUID assignmentId, Copy copy) {
        List<UnmovedRecord> failures = new ArrayList<>();
        records.forEach((ref, ended) -> {
            if (ended.outcome() instanceof RecordSwap.Unmoved unmoved) {
                failures.add(new UnmovedRecord(ref, kind(unmoved.reason()), unmoved.reason(), unmoved.detail()));
            }
        });
        return new CommitResult(
                assignmentId,
                tally(),
                failures,
                copy == Copy.UNWANTED ? List.of(objectId()) : List.of(),
                copy == Copy.DOUBTFUL ? List.of(objectId()) : List.of(),
                Set.of());
    }

    /** A refused destination is skipped, like the destination of an assignment that was given up. */
    private static UnmovedRecord.Kind kind(Reason reason) {
        return reason == Reason.DESTINATION_UNREACHABLE ? UnmovedRecord.Kind.SKIPPED : UnmovedRecord.Kind.FAILED;
    }

    /** The own record counts once, whatever its outcome. Further records count if the assignment relocated them. */
    private SettledCounts tally() {
        long relocated =
                records.entrySet().stream().filter(this::countsAsRelocated).count();
        SettledCounts sum =
                relocated > 0 ? new SettledCounts(1, 0, 0, relocated - 1, task.sizeBytes()) : SettledCounts.ZERO;
        RecordSwap.Ended own = records.get(task.record());
        if (own != null && own.outcome() instanceof RecordSwap.ChangedByUser changed) {
            return sum.plus(
                    changed.verdict() == CommitRule.Verdict.GONE
                            ? new SettledCounts(0, 0, 1, 0, 0)
                            : new SettledCounts(0, 1, 0, 0, 0));
        }
        return sum;
    }

    /** A further record that named the new copy before was counted by the assignment that relocated it. */
    private boolean countsAsRelocated(Map.Entry<RecordRef, RecordSwap.Ended> record) {
        return record.getValue().outcome() instanceof RecordSwap.Relocated relocated
                && (relocated.byThisCommit() || resumed || record.getKey().equals(task.record()));
    }
}
