package io.rebalancer.agent.node;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.MemberPresence;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** What an agent sends to jobs. Nothing is sent while no manager is reachable: the agent or the job repeats itself later. */
final class JobReplies {
    private final StorageNodeId node;
    private final MemberPresence presence;
    private final ClusterSharding sharding;

    JobReplies(StorageNodeId node, ActorSystem<?> system) {
        this.node = node;
        this.presence = MemberPresence.get(system);
        this.sharding = ClusterSharding.get(system);
    }

    /** How far an assignment is: repeated until the job releases it. */
    void report(HeldAssignment held) {
        UUID id = held.assignment().id();
        send(
                held.jobId(),
                held.finished()
                        ? new JobMessage.CopiesReported(id, node, held.failures())
                        : new JobMessage.AssignmentAccepted(id, held.results().size()));
    }

    void accept(UUID jobId, UUID assignmentId) {
        send(jobId, new JobMessage.AssignmentAccepted(assignmentId, 0));
    }

    void refuse(AgentMessage.Assign assign, Reason reason, String detail) {
        send(
                assign.token().jobId(),
                new JobMessage.AssignmentRefused(assign.assignment().id(), reason, detail));
    }

    /** @param knownEpoch the later epoch that the agent knows */
    void refuseAsFenced(AgentMessage.Order order, long knownEpoch) {
        send(order.token().jobId(), new JobMessage.OrderFenced(order.about(), node, knownEpoch));
    }

    void acknowledgeRelease(UUID jobId, UUID assignmentId) {
        send(jobId, new JobMessage.ReleaseAcknowledged(assignmentId));
    }

    void confirmPause(UUID jobId, long epoch) {
        send(jobId, new JobMessage.PauseConfirmed(node, epoch));
    }

    private void send(UUID jobId, JobMessage message) {
        if (presence.isReachable(Roles.MANAGER)) {
            sharding.entityRefFor(Entities.EVACUATE_JOB, jobId.toString()).tell(message);
        }
    }
}
