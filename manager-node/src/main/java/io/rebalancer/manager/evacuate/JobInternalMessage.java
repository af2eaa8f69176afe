package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.manager.evacuate.commit.CommitResult;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher.AssignmentEnded;
import io.rebalancer.manager.evacuate.planning.Leftover;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.verification.VerificationEvent;
import java.util.List;
import java.util.UUID;

/** Messages from a job's own children and timers. They never leave the member. */
sealed interface JobInternalMessage extends JobMessage {

    /** The planning of a pass reports an event. */
    record PlanningReported(long generation, PlanningEvent event) implements JobInternalMessage {}

    /** The metadata of an assignment is committed. */
    record CommitReported(long generation, CommitResult result) implements JobInternalMessage {}

    /** A child of a pass ended without being stopped: it has failed. */
    record ChildStopped(long generation) implements JobInternalMessage {}

    /** No metadata write of the children of this generation is in progress any more. */
    record WritesEnded(long generation) implements JobInternalMessage {}

    /** The verification reports an event. */
    record VerificationReported(long generation, VerificationEvent event) implements JobInternalMessage {}

    /** The verification has ended. If its result has not arrived before, it has failed. */
    record VerificationStopped(long generation) implements JobInternalMessage {}

    /** Time to store the events of the gathered messages. */
    enum StoreGathered implements JobInternalMessage {
        INSTANCE
    }

    /** A command that the job gives itself. */
    record Decide(JobCommand command) implements JobInternalMessage {}

    /** Whether the list of unmoved records includes the last pass. */
    record ListChecked(boolean complete) implements JobInternalMessage {}

    /** An assignment has to be given up. */
    record GiveUp(UUID assignmentId, Reason reason, String detail) implements JobInternalMessage {

        static GiveUp of(Assignment assignment, Reason reason, String detail) {
            return new GiveUp(assignment.id(), reason, detail);
        }

        /** The destination is not to blame if it left service, or if the job ends. */
        AssignmentEnded ended(Assignment assignment, List<UnmovedRecord> unmoved) {
            Leftover left = Leftover.uncommitted(assignment, unmoved);
            return reason == Reason.DESTINATION_FENCED || reason == Reason.JOB_ENDED
                    ? AssignmentEnded.withdrawn(assignment, left)
                    : AssignmentEnded.failed(assignment, left, DestinationFault.lost(reason, detail));
        }
    }

    /** Time to remind agents of their assignments and releases. */
    enum Remind implements JobInternalMessage {
        INSTANCE
    }

    /** The job has recovered from its journal, or its children have failed: a new incarnation begins. */
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
