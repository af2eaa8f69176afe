package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.ScanPosition;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a job's own children and timers say to it; never leaves the member. */
sealed interface JobInternalMessage extends JobMessage {

    /** The batcher has a batch ready, with space leased for it. */
    record BatchReady(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobInternalMessage {}

    /** The batcher found records that can't be moved in this pass. */
    record RecordsUnplaced(List<UnmovedRecord> exceptions, Map<Integer, ScanPosition> marks)
            implements JobInternalMessage {}

    /** The scan went on and found nothing to move. */
    record ScanMoved(Map<Integer, ScanPosition> marks) implements JobInternalMessage {}

    /** All shards are scanned, and every record found is in an assignment that ended, or is an exception. */
    enum PassDrained implements JobInternalMessage {
        INSTANCE
    }

    /** The scan can't go on. */
    record ScanFailed(String reason) implements JobInternalMessage {}

    /** The metadata of an assignment was dealt with. */
    record MetadataSettled(CommitResult result) implements JobInternalMessage {}

    /** An assignment is given up. */
    record GiveUp(UUID assignmentId, Reason reason, String detail) implements JobInternalMessage {}

    /** Time to remind agents. */
    enum Remind implements JobInternalMessage {
        INSTANCE
    }

    /** The job has been brought back from its journal. */
    enum TakeOver implements JobInternalMessage {
        INSTANCE
    }

    /** Time to have the journal confirm that this is the job's only incarnation. */
    enum RenewLease implements JobInternalMessage {
        INSTANCE
    }

    /** Time for the first or the next pass. */
    enum BeginPass implements JobInternalMessage {
        INSTANCE
    }

    /** Nobody asked for a while. */
    enum Idle implements JobInternalMessage {
        INSTANCE
    }

    /** Sharding wants the job to leave this member. */
    enum Stop implements JobInternalMessage {
        INSTANCE
    }
}
