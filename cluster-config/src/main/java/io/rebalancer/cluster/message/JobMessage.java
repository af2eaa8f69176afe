package io.rebalancer.cluster.message;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.estimate.MeasuredPass;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.explain.StageRates;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.SettingsReport;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to an evacuate job. The manager's module adds internal messages, which never leave the member. */
public interface JobMessage {

    /** Creates the job and starts it. Idempotent. */
    record CreateJob(CopyLocation leaving, long maxRecords, ActorRef<JobReply> replyTo)
            implements JobMessage, WireMessage {}

    /** Creates the job, which looks at some exceptions of an ended job only, and starts it. Idempotent. */
    record CreateRetry(CopyLocation leaving, RetrySelection selection, ActorRef<JobReply> replyTo)
            implements JobMessage, WireMessage {}

    /** Asks for the state of the job; changes nothing. */
    record GetJob(ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /**
     * Asks what the present incarnation of the job knows and does not store; changes nothing.
     *
     * @param objects ids of objects that may be in flight
     */
    record AskProgress(List<UUID> objects, ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {
        public AskProgress {
            objects = List.copyOf(objects);
        }
    }

    /** What an operator orders a job to do. Idempotent; the reply is the job afterwards, with what it still waits for. */
    sealed interface Action extends JobMessage, WireMessage {
        ActorRef<JobReply> replyTo();
    }

    /** Asks which settings hold for the job, and why; changes nothing. */
    record GetSettings(ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /**
     * Changes settings of the job, effective at once.
     *
     * @param by who orders that
     */
    record ChangeSettings(SettingsChange change, String by, ActorRef<JobReply> replyTo) implements Action {}

    /** Sets the number of parallel metadata calls, effective at once. Sent by earlier builds. */
    record SetCommitParallelism(int records, ActorRef<JobReply> replyTo) implements JobMessage, WireMessage {}

    /** Ends the job for good. */
    record CancelJob(ActorRef<JobReply> replyTo) implements Action {}

    /** Lets the job write nothing until it is resumed. */
    record PauseJob(ActorRef<JobReply> replyTo) implements Action {}

    /** Lets the next pass begin without delay, and visit only the exceptions with these reasons. */
    record RetryExceptions(Set<Reason> reasons, ActorRef<JobReply> replyTo) implements Action {
        public RetryExceptions {
            reasons = Collections.unmodifiableSet(new TreeSet<>(reasons));
        }
    }

    /** Ends the pause. */
    record ResumeJob(ActorRef<JobReply> replyTo) implements Action {}

    /**
     * An agent has stored that the job is paused, and nothing is written for it. The agent repeats this for each repeated
     * order.
     *
     * @param epoch the epoch of the order
     */
    record PauseConfirmed(StorageNodeId agent, long epoch) implements JobMessage, WireMessage {}

    /**
     * An agent has stored the assignment and copies its objects. The agent repeats this for each repeated order.
     *
     * @param finished copies that have ended so far
     */
    record AssignmentAccepted(UUID assignmentId, int finished) implements JobMessage, WireMessage {}

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

    /** An agent has stored the release of the assignment, or does not hold it. It keeps nothing of it any more. */
    record ReleaseAcknowledged(UUID assignmentId) implements JobMessage, WireMessage {}

    /**
     * An agent refuses an order, because it knows a later epoch of the job. If this is not an incarnation with a later epoch
     * than {@code knownEpoch}, the job's journal was restored from a copy, and the job begins a later one.
     *
     * @param assignmentId the assignment that the order was about; the job's own id if it was about the job
     */
    record OrderFenced(UUID assignmentId, StorageNodeId agent, long knownEpoch) implements JobMessage, WireMessage {}

    /** Another job, which empties {@code node}, asks whether anything of this job may still be written to that node. */
    record AskInFlightTo(StorageNodeId node, ActorRef<InFlightTo> replyTo) implements JobMessage, WireMessage {}

    /**
     * Reply to {@link AskInFlightTo}.
     *
     * @param assignments assignments in flight to the node
     * @param fenced whether this job knows that the node is out of service, so that it plans no further ones
     */
    record InFlightTo(UUID jobId, int assignments, boolean fenced) implements WireMessage {}

    /** A job's reply: {@link JobStands}, {@link JobSettings} or {@link JobRefusal}; {@link ProgressReported} to {@link AskProgress}. */
    interface JobReply extends WireMessage {}

    /**
     * An outline of the job, of bounded size.
     *
     * @param revision number of events stored so far
     * @param waiting what the job waits for now
     * @param verifying how far the verification has come; empty if none runs now
     */
    record JobStands(long revision, JobOutline state, List<JobWait> waiting, Optional<VerificationProgress> verifying)
            implements JobReply {
        public JobStands {
            waiting = List.copyOf(waiting);
        }
    }

    /** Reply to {@link GetSettings}. */
    record JobSettings(SettingsReport report) implements JobReply {}

    /**
     * Reply to {@link AskProgress}.
     *
     * @param inFlight those of the objects that are in flight
     * @param rates what the stages of the job did in the last minute
     * @param mostInFlight assignments that the job may have in flight now
     * @param pass how fast the pass is, and when it ends; empty if an earlier build replies
     */
    record ProgressReported(
            List<ObjectInFlight> inFlight, StageRates rates, int mostInFlight, Optional<MeasuredPass> pass)
            implements JobReply {
        public ProgressReported {
            inFlight = List.copyOf(inFlight);
        }
    }

    /** The job refused the request; its state is unchanged. */
    record JobRefusal(Decision.Code code, String detail) implements JobReply {}
}
