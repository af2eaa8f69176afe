package io.rebalancer.cluster.message;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** What can be said to an evacuate job; the manager adds messages of its own that never leave the member. */
public interface JobMessage {

    /** Create the job and start it; saying it again is safe. */
    record CreateJob(CopyLocation leaving, long maxRecords, ActorRef<JobReply> replyTo)
            implements JobMessage, WireMessage {}

    /** Tell how the job stands. */
    record GetJob(ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /** Switch so many metadata records at a time from now on. */
    record SetCommitParallelism(int records, ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /** An agent has stored the assignment and works on it. */
    record AssignmentAccepted(UUID assignmentId) implements JobMessage, WireMessage {}

    /** An agent can't take the assignment now. */
    record AssignmentRefused(UUID assignmentId, Reason reason, String detail) implements JobMessage, WireMessage {}

    /**
     * An agent has finished an assignment; what is not among {@code failures} is verified and flushed. Said again until
     * the job releases the assignment.
     */
    record CopiesReported(UUID assignmentId, StorageNodeId agent, List<UnmovedRecord> failures)
            implements JobMessage, WireMessage {
        public CopiesReported {
            failures = List.copyOf(failures);
        }
    }

    /** What a job answers: always one of these two. */
    interface JobReply extends WireMessage {}

    /** @param revision number of events stored so far */
    record JobStands(long revision, JobState state) implements JobReply {}

    /** The request was refused; nothing changed. */
    record JobRefusal(Decision.Code code, String detail) implements JobReply {}
}
