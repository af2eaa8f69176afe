package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a job can be told. Each is safe to repeat: agents and children report at least once. */
public sealed interface JobCommand {

    /** @param maxRecords how many records the job may take up, or 0 for all */
    record Create(CopyLocation leaving, long maxRecords) implements JobCommand {}

    /** Begin another incarnation: said once by whoever starts the job from its journal, before anything else. */
    record TakeOver() implements JobCommand {}

    /** Begin the first pass, or the next one after the pause. */
    record StartPass() implements JobCommand {}

    /** Fix an assignment; {@code marks} as in {@link JobEvent.AssignmentPlanned}. */
    record Plan(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** Note records that get no assignment in this pass. */
    record Except(List<UnmovedRecord> exceptions, Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** Note that the scan went on. */
    record Advance(Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** An agent finished its copies. */
    record ReportCopies(UUID assignmentId, List<UnmovedRecord> failures) implements JobCommand {}

    /** The metadata of an assignment was dealt with. */
    record ReportCommit(UUID assignmentId, SettledCounts tally, List<UnmovedRecord> failures) implements JobCommand {}

    /** Give an assignment up. Refused once its copies are finished: then they are committed. */
    record LoseAssignment(UUID assignmentId, Reason reason, String detail) implements JobCommand {}

    /** The scan ended and nothing waits for an assignment. Accepted when no assignment is in flight. */
    record FinishPass() implements JobCommand {}

    /** Switch so many metadata records at a time from now on, 1 to 250 (manta.md 2.5). */
    record SetCommitParallelism(int records) implements JobCommand {}

    /** Nothing more can be done for a reason outside single objects. */
    record Fail(String reason) implements JobCommand {}
}
