package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An order to a job, or a report to it. Each is safe to repeat: agents and child actors report at least once. */
public sealed interface JobCommand {

    /** @param maxRecords the number of records the job may take on, or 0 for all */
    record Create(CopyLocation leaving, long maxRecords) implements JobCommand {}

    /** Begin a new incarnation. The first command after the job starts from its journal. */
    record TakeOver() implements JobCommand {}

    /** Begin the first pass, or the next one after the delay. */
    record StartPass() implements JobCommand {}

    /** Plan an assignment; {@code marks} as in {@link JobEvent.AssignmentPlanned}. */
    record Plan(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** Count records that get no assignment in this pass. */
    record Except(List<UnmovedRecord> exceptions, Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** Move the low-water marks past rows that need nothing. */
    record Advance(Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** An agent has finished the copies of an assignment. */
    record ReportCopies(UUID assignmentId, List<UnmovedRecord> failures) implements JobCommand {}

    /** The commit of an assignment has finished. */
    record ReportCommit(UUID assignmentId, SettledCounts settled, List<UnmovedRecord> failures) implements JobCommand {}

    /** Give an assignment up. Has no effect once its copies are finished: those are committed. */
    record LoseAssignment(UUID assignmentId, Reason reason, String detail) implements JobCommand {}

    /** End the pass: the scan is complete and no record waits for an assignment. Refused while one is in flight. */
    record FinishPass() implements JobCommand {}

    /** Swap this many metadata records at a time from now on, 1 to 250 (manta.md 2.5). */
    record SetCommitParallelism(int records) implements JobCommand {}

    /** End the job for a reason that is not in single objects. */
    record Fail(String reason) implements JobCommand {}
}
