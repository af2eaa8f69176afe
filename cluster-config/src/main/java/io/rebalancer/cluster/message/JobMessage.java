package io.rebalancer.cluster.message;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to an evacuate job. The manager's module adds internal messages, which never leave the member. */
public interface JobMessage {

    /** Creates the job and starts it. Idempotent. */
    record CreateJob(CopyLocation leaving, long maxRecords, ActorRef<JobReply> replyTo)
            implements JobMessage, WireMessage {}

    /** Asks for the state of the job; changes nothing. */
    record GetJob(ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /** Sets the number of parallel metadata calls, effective at once. */
    record SetCommitParallelism(int records, ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /** An agent has stored the assignment and copies its objects. */
    record AssignmentAccepted(UUID assignmentId) implements JobMessage, WireMessage {}

    /** An agent refuses the assignment for now. */
    record AssignmentRefused(UUID assignmentId, Reason reason, String detail) implements JobMessage, WireMessage {}

    /**
     * An agent has finished all copies of an assignment. Each copy that is not among {@code failures} is verified and
     * durable. The agent repeats the report until the job releases the assignment.
     */
    record CopiesReported(UUID assignmentId, StorageNodeId agent, List<UnmovedRecord> failures)
            implements JobMessage, WireMessage {
        public CopiesReported {
            failures = List.copyOf(failures);
        }
    }

    /** A job's reply: {@link JobStands} or {@link JobRefusal}. */
    interface JobReply extends WireMessage {}

    /**
     * An outline of the job, of bounded size.
     *
     * @param revision number of events stored so far
     */
    record JobStands(long revision, JobOutline state) implements JobReply {}

    /** The job refused the request; its state is unchanged. */
    record JobRefusal(Decision.Code code, String detail) implements JobReply {}
}
