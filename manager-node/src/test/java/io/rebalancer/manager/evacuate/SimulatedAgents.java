package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.agents.AgentGateway;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Agents that report an assignment as soon as it is ordered, or after a latency.
 *
 * @param failuresPerThousand the share of objects whose copy always fails, with an error that no retry can fix
 * @param latency how long an assignment takes
 */
record SimulatedAgents(int failuresPerThousand, SimulatedLatency latency) implements AgentGateway {

    /** Agents that reply at once. */
    SimulatedAgents(int failuresPerThousand) {
        this(failuresPerThousand, SimulatedLatency.NONE);
    }

    @Override
    public boolean isReachable(StorageNodeId node) {
        return true;
    }

    @Override
    public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        job.tell(new JobMessage.AssignmentAccepted(assignment.id(), 0));
        latency.afterCopies(
                assignment.tasks().size(),
                () -> job.tell(new JobMessage.CopiesReported(
                        assignment.id(), assignment.destination().storageNode(), failures(assignment))));
    }

    private List<UnmovedRecord> failures(Assignment assignment) {
        return assignment.tasks().stream()
                .filter(task -> SimulatedTier.isIn(task.objectId(), failuresPerThousand))
                .map(task -> new UnmovedRecord(
                        task.record(),
                        UnmovedRecord.Kind.FAILED,
                        Reason.BAD_MANTA_OBJECT,
                        "http://2.stor.us-east.example.com/" + task.owner() + "/" + task.objectId()
                                + ": the source answers with another object"))
                .toList();
    }

    @Override
    public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
        job.tell(new JobMessage.ReleaseAcknowledged(release.assignmentId()));
    }

    @Override
    public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
        job.tell(new JobMessage.PauseConfirmed(node, token.epoch()));
    }

    @Override
    public boolean canPause(StorageNodeId node, UUID assignmentId) {
        return true;
    }

    @Override
    public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
        return true;
    }

    @Override
    public void forget(UUID assignmentId) {
        // Keeps nothing.
    }
}
