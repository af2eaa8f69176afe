package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.agents.AgentGateway;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.ActorRef;

/** An agent that copies at once and acknowledges every release and pause, unless a test overrides that; it records its orders. */
class PlayedAgent implements AgentGateway {
    final List<Assignment> assigned = new CopyOnWriteArrayList<>();
    final List<PendingRelease> released = new CopyOnWriteArrayList<>();
    final List<UUID> forgotten = new CopyOnWriteArrayList<>();

    @Override
    public boolean isReachable(StorageNodeId node) {
        return true;
    }

    @Override
    public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        assigned.add(assignment);
        reply(assignment, job);
    }

    void reply(Assignment assignment, ActorRef<JobMessage> job) {
        job.tell(new JobMessage.AssignmentAccepted(assignment.id(), 0));
        job.tell(new JobMessage.CopiesReported(
                assignment.id(), assignment.destination().storageNode(), List.of()));
    }

    @Override
    public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
        released.add(release);
        acknowledge(release, job);
    }

    void acknowledge(PendingRelease release, ActorRef<JobMessage> job) {
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
        forgotten.add(assignmentId);
    }
}
