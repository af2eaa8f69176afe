package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.InFlight;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/**
 * Gets assignments to agents and keeps at it: an agent may be down, may come back elsewhere, may lose a message. What is
 * noted here is only how long it has been; a restarted job begins to wait anew.
 */
final class AssignmentDelivery {
    /** An agent that accepted is reminded less often; the reminder finds out whether it still knows. */
    private static final int ACCEPTED_REMINDER = 5;

    private final UUID jobId;
    private final JobParts parts;
    private final ClusterSharding sharding;
    private final Set<UUID> accepted = new HashSet<>();
    private final Map<UUID, Instant> absentSince = new HashMap<>();
    private final Map<UUID, Integer> reminders = new HashMap<>();

    AssignmentDelivery(UUID jobId, JobParts parts, ActorContext<JobMessage> context) {
        this.jobId = jobId;
        this.parts = parts;
        this.sharding = ClusterSharding.get(context.getSystem());
    }

    /** Sends the assignment; or says that it is to be given up, because its agent has been away for too long. */
    Optional<JobInternal.GiveUp> handOver(InFlight inFlight) {
        UUID id = inFlight.assignment().id();
        StorageNodeId agent = inFlight.assignment().destination().storageNode();
        if (parts.presence().of(Roles.storage(agent))) {
            absentSince.remove(id);
            tell(agent, new AgentMessage.Assign(jobId, inFlight.assignment()));
            return Optional.empty();
        }
        accepted.remove(id);
        Instant now = parts.clock().instant();
        Duration away = Duration.between(absentSince.computeIfAbsent(id, each -> now), now);
        Duration patience = parts.settings().agentLostAfter();
        return away.compareTo(patience) < 0
                ? Optional.empty()
                : Optional.of(new JobInternal.GiveUp(
                        id,
                        Reason.DESTINATION_UNREACHABLE,
                        "the agent of " + agent + " has been away for " + patience + "; start it, or let the job"
                                + " choose another node"));
    }

    Optional<JobInternal.GiveUp> remind(InFlight inFlight) {
        UUID id = inFlight.assignment().id();
        int count = reminders.merge(id, 1, Integer::sum);
        boolean agentThere = parts.presence()
                .of(Roles.storage(inFlight.assignment().destination().storageNode()));
        boolean quiet = accepted.contains(id) && agentThere && count % ACCEPTED_REMINDER != 0;
        return quiet ? Optional.empty() : handOver(inFlight);
    }

    void accepted(UUID assignmentId) {
        accepted.add(assignmentId);
    }

    void forget(UUID assignmentId) {
        accepted.remove(assignmentId);
        absentSince.remove(assignmentId);
        reminders.remove(assignmentId);
    }

    /** An absent agent will report the assignment again when it is back, and is released then. */
    void release(StorageNodeId agent, UUID assignmentId, List<UUID> unwanted) {
        if (parts.presence().of(Roles.storage(agent))) {
            tell(agent, new AgentMessage.Release(assignmentId, unwanted));
        }
    }

    private void tell(StorageNodeId agent, AgentMessage message) {
        sharding.entityRefFor(Entities.STORAGE_AGENT, agent.text()).tell(message);
    }
}
