package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.agents.AgentGateway;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Asks the agents that are at work for a pausing job to write nothing, and repeats that until each has confirmed. What is
 * known ends with the incarnation: the next one asks again.
 */
final class PauseDelivery {
    private final AgentGateway agents;
    private final Clock clock;
    private final ActorRef<JobMessage> job;
    private final Map<StorageNodeId, Instant> askedSince = new TreeMap<>();
    private final Set<StorageNodeId> confirmed = new HashSet<>();

    PauseDelivery(AgentGateway agents, Clock clock, ActorRef<JobMessage> job) {
        this.agents = agents;
        this.clock = clock;
        this.job = job;
    }

    /** Asks the agents that have not confirmed. */
    void pause(FencingToken token, Collection<StorageNodeId> atWork) {
        for (StorageNodeId agent : atWork) {
            if (!confirmed.contains(agent)) {
                askedSince.computeIfAbsent(agent, first -> clock.instant());
                agents.pause(token, agent, job);
            }
        }
    }

    /** Whether the agent of an assignment can pause; an agent that can't ends its copies. */
    boolean canPause(InFlightAssignment each) {
        return agents.canPause(
                each.assignment().destination().storageNode(), each.assignment().id());
    }

    void markConfirmed(StorageNodeId agent) {
        confirmed.add(agent);
    }

    /** The agents that have confirmed to this incarnation. */
    Set<StorageNodeId> confirmed() {
        return Set.copyOf(confirmed);
    }

    /** A pause begins or ends. */
    void clear() {
        askedSince.clear();
        confirmed.clear();
    }

    /** The agents that have not confirmed, among those at work. */
    List<JobWait> waits(Collection<InFlightAssignment> inFlight) {
        Map<StorageNodeId, Boolean> atWork = new TreeMap<>();
        inFlight.stream()
                .filter(each -> !each.copied())
                .forEach(each -> atWork.merge(
                        each.assignment().destination().storageNode(), canPause(each), Boolean::logicalAnd));
        return atWork.entrySet().stream()
                .filter(each -> askedSince.containsKey(each.getKey()) && !confirmed.contains(each.getKey()))
                .map(each -> wait(each.getKey(), each.getValue()))
                .toList();
    }

    private JobWait wait(StorageNodeId agent, boolean canPause) {
        Instant since = askedSince.getOrDefault(agent, clock.instant());
        String detail = canPause
                ? "the agent of " + agent + " has not confirmed that it writes nothing for the job"
                        + (agents.isReachable(agent) ? "" : "; it is unreachable")
                : "the agent of " + agent
                        + " supports only the legacy HTTP API, which can't pause; the copies that it has are completed";
        return new JobWait(JobWait.Cause.PAUSE_UNCONFIRMED, since, Optional.empty(), detail);
    }
}
