package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.InFlightAssignment;
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
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Gets assignments to agents and keeps at it: an agent may be down, may come back elsewhere, may lose a message. What is
 * noted here is only how long it has been; a restarted job begins to wait anew.
 */
final class AssignmentDelivery {
    /** An agent that accepted is reminded less often; the reminder finds out whether it still knows. */
    private static final int ACCEPTED_REMINDER = 5;

    private final JobContext parts;
    private final ActorRef<JobMessage> job;
    private final Set<UUID> accepted = new HashSet<>();
    private final Map<UUID, Instant> absentSince = new HashMap<>();
    private final Map<UUID, Integer> reminders = new HashMap<>();

    AssignmentDelivery(JobContext parts, ActorRef<JobMessage> job) {
        this.parts = parts;
        this.job = job;
    }

    /** Sends the assignment; or says that it is to be given up, because its agent has been away for too long. */
    Optional<JobInternalMessage.GiveUp> handOver(FencingToken token, InFlightAssignment inFlight) {
        UUID id = inFlight.assignment().id();
        StorageNodeId agent = inFlight.assignment().destination().storageNode();
        if (parts.agents().present(agent)) {
            absentSince.remove(id);
            parts.agents().assign(token, inFlight.assignment(), job);
            return Optional.empty();
        }
        accepted.remove(id);
        Instant now = parts.clock().instant();
        Duration away = Duration.between(absentSince.computeIfAbsent(id, each -> now), now);
        Duration patience = parts.settings().agentLostAfter();
        return away.compareTo(patience) < 0
                ? Optional.empty()
                : Optional.of(new JobInternalMessage.GiveUp(
                        id,
                        Reason.DESTINATION_UNREACHABLE,
                        "the agent of " + agent + " has been away for " + patience + "; start it, or let the job"
                                + " choose another node"));
    }

    Optional<JobInternalMessage.GiveUp> remind(FencingToken token, InFlightAssignment inFlight) {
        UUID id = inFlight.assignment().id();
        int count = reminders.merge(id, 1, Integer::sum);
        boolean agentThere =
                parts.agents().present(inFlight.assignment().destination().storageNode());
        boolean quiet = accepted.contains(id) && agentThere && count % ACCEPTED_REMINDER != 0;
        return quiet ? Optional.empty() : handOver(token, inFlight);
    }

    void accepted(UUID assignmentId) {
        accepted.add(assignmentId);
    }

    void forget(UUID assignmentId) {
        accepted.remove(assignmentId);
        absentSince.remove(assignmentId);
        reminders.remove(assignmentId);
    }

    void release(FencingToken token, StorageNodeId agent, UUID assignmentId, List<UUID> unwanted) {
        parts.agents().release(token, agent, assignmentId, unwanted);
    }
}
