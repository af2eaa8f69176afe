package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.agents.AgentGateway;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Delivers assignments to agents, and repeats the delivery: an agent may be down, restart on another machine, or lose a
 * message. Only waiting times are kept here; after a restart of the job they start from zero.
 */
final class AssignmentDelivery {
    /** One in this many reminders goes to an agent that accepted already, to learn whether it still has the assignment. */
    private static final int ACCEPTED_REMINDER = 5;

    private final AgentGateway agents;
    private final Supplier<Duration> agentLostAfter;
    private final Clock clock;
    private final ActorRef<JobMessage> job;
    private final Set<UUID> accepted = new HashSet<>();
    private final Map<UUID, Instant> unreachableSince = new HashMap<>();
    private final Map<UUID, Integer> reminders = new HashMap<>();

    AssignmentDelivery(AgentGateway agents, Supplier<Duration> agentLostAfter, Clock clock, ActorRef<JobMessage> job) {
        this.agents = agents;
        this.agentLostAfter = agentLostAfter;
        this.clock = clock;
        this.job = job;
    }

    /** Sends the assignment. Returns a reason to give it up if its agent has been unreachable for too long. */
    Optional<JobInternalMessage.GiveUp> deliver(FencingToken token, InFlightAssignment inFlight) {
        UUID id = inFlight.assignment().id();
        StorageNodeId agent = inFlight.assignment().destination().storageNode();
        if (agents.isReachable(agent)) {
            unreachableSince.remove(id);
            agents.assign(token, inFlight.assignment(), job);
            return Optional.empty();
        }
        accepted.remove(id);
        Instant now = clock.instant();
        Duration unreachable = Duration.between(unreachableSince.computeIfAbsent(id, each -> now), now);
        Duration timeout = agentLostAfter.get();
        return unreachable.compareTo(timeout) < 0
                ? Optional.empty()
                : Optional.of(new JobInternalMessage.GiveUp(
                        id,
                        Reason.DESTINATION_UNREACHABLE,
                        "the agent of " + agent + " has been unreachable for " + timeout
                                + "; restart the agent, or let the next pass choose another destination"));
    }

    /** Repeats the delivery, less often if the agent has accepted and is reachable. */
    Optional<JobInternalMessage.GiveUp> remind(FencingToken token, InFlightAssignment inFlight) {
        UUID id = inFlight.assignment().id();
        int count = reminders.merge(id, 1, Integer::sum);
        boolean reachable =
                agents.isReachable(inFlight.assignment().destination().storageNode());
        boolean skip = accepted.contains(id) && reachable && count % ACCEPTED_REMINDER != 0;
        return skip ? Optional.empty() : deliver(token, inFlight);
    }

    void markAccepted(UUID assignmentId) {
        accepted.add(assignmentId);
    }

    /** The copies are reported, so no reminder follows. */
    void stopReminding(UUID assignmentId) {
        accepted.remove(assignmentId);
        unreachableSince.remove(assignmentId);
        reminders.remove(assignmentId);
    }

    /** @param unwanted objects whose copies no record names */
    void release(FencingToken token, StorageNodeId agent, UUID assignmentId, List<UUID> unwanted) {
        agents.release(token, agent, assignmentId, unwanted);
    }

    /** Drops everything that is kept for the assignment, here and in the gateway. */
    void forget(UUID assignmentId) {
        stopReminding(assignmentId);
        agents.forget(assignmentId);
    }
}
