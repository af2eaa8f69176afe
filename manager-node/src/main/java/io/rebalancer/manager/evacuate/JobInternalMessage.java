package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.manager.evacuate.commit.CommitResult;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import java.util.UUID;

/** Messages from a job's own children and timers. They never leave the member. */
sealed interface JobInternalMessage extends JobMessage {

    /** The planning of the current pass reports an event. */
    record PlanningReported(PlanningEvent event) implements JobInternalMessage {}

    /** The metadata of an assignment is committed. */
    record CommitReported(CommitResult result) implements JobInternalMessage {}

    /** An assignment has to be given up. */
    record GiveUp(UUID assignmentId, Reason reason, String detail) implements JobInternalMessage {}

    /** Time to remind agents of their assignments. */
    enum Remind implements JobInternalMessage {
        INSTANCE
    }

    /** The job has recovered from its journal. */
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

    /** The job has received no message for a while. */
    enum Idle implements JobInternalMessage {
        INSTANCE
    }

    /** Sharding moves the job to another member. */
    enum Stop implements JobInternalMessage {
        INSTANCE
    }
}
