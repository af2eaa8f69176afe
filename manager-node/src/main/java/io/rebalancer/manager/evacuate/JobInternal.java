package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.ObjectException;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.ScanPosition;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a job's own children and timers say to it; never leaves the member. */
sealed interface JobInternal extends JobMessage {

    /** The batcher has a batch ready, with space leased for it. */
    record BatchReady(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobInternal {}

    /** The batcher found records that can't be moved in this pass. */
    record RecordsUnplaced(List<ObjectException> exceptions, Map<Integer, ScanPosition> marks) implements JobInternal {}

    /** The scan went on and found nothing to move. */
    record ScanMoved(Map<Integer, ScanPosition> marks) implements JobInternal {}

    /** All shards are scanned, and every record found is in an assignment that ended, or is an exception. */
    enum PassDrained implements JobInternal {
        INSTANCE
    }

    /** The scan can't go on. */
    record ScanFailed(String reason) implements JobInternal {}

    /** The metadata of an assignment was dealt with. */
    record MetadataSettled(CommitResult result) implements JobInternal {}

    /** An assignment is given up. */
    record GiveUp(UUID assignmentId, Reason reason, String detail) implements JobInternal {}

    /** Time to remind agents. */
    enum Remind implements JobInternal {
        INSTANCE
    }

    /** The job has been brought back from its journal. */
    enum TakeOver implements JobInternal {
        INSTANCE
    }

    /** Time to have the journal confirm that this is the job's only incarnation. */
    enum RenewLease implements JobInternal {
        INSTANCE
    }

    /** Time for the first or the next pass. */
    enum BeginPass implements JobInternal {
        INSTANCE
    }

    /** Nobody asked for a while. */
    enum Idle implements JobInternal {
        INSTANCE
    }

    /** Sharding wants the job to leave this member. */
    enum Stop implements JobInternal {
        INSTANCE
    }
}
