package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.agents.AgentGateway;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Delivers assignments to agents, and repeats the delivery: an agent may be down, restart on another machine, or lose a
 * message. Every assignment has an end: an agent that is away, busy or stalled for too long loses it. Only waiting times
 * are kept here; after a restart of the job they start from zero.
 */
final class AssignmentDelivery {
    /** One in this many reminders goes to an agent that accepted already, to learn how far it is. */
    private static final int ACCEPTED_REMINDER = 5;
    /** The slowest copying that still counts as progress; an assignment gets more time for more bytes. */
    private static final long MIN_BYTES_PER_SECOND = 1 << 20;

    private final AgentGateway agents;
    private final Supplier<EvacuateSettings> settings;
    private final IntSupplier mostPerAgent;
    private final Clock clock;
    private final ActorRef<JobMessage> job;
    private final AgentSlots slots = new AgentSlots();
    private final Map<UUID, Wait> waits = new HashMap<>();

    /** A job's answer has at most 50 waits, and must fit into one message. */
    private static final int MAX_DETAIL = 1000;

    /** What is known about the agent of an assignment that is not reported yet. */
    private static final class Wait {
        private Optional<Instant> unreachableSince = Optional.empty();
        private Optional<Instant> busySince = Optional.empty();
        private String busyWith = "";
        private Optional<Instant> heldBackSince = Optional.empty();
        private Optional<Instant> progressAt = Optional.empty();
        private int finished;
        private int reminders;
    }

    AssignmentDelivery(
            AgentGateway agents,
            Supplier<EvacuateSettings> settings,
            IntSupplier mostPerAgent,
            Clock clock,
            ActorRef<JobMessage> job) {
        this.agents = agents;
        this.settings = settings;
        this.mostPerAgent = mostPerAgent;
        this.clock = clock;
        this.job = job;
    }

    /** Sends the assignment. Returns a reason to give it up if its agent has been unreachable for too long. */
    Optional<JobInternalMessage.GiveUp> deliver(FencingToken token, Assignment assignment) {
        StorageNodeId agent = assignment.destination().storageNode();
        Wait wait = waits.computeIfAbsent(assignment.id(), id -> new Wait());
        if (!slots.take(agent, assignment.id(), mostPerAgent.getAsInt())) {
            wait.heldBackSince = Optional.of(wait.heldBackSince.orElseGet(clock::instant));
            return Optional.empty();
        }
        wait.heldBackSince = Optional.empty();
        if (agents.isReachable(agent)) {
            wait.unreachableSince = Optional.empty();
            agents.assign(token, assignment, job);
            return Optional.empty();
        }
        wait.progressAt = Optional.empty();
        wait.busySince = Optional.empty();
        Instant since = wait.unreachableSince.orElseGet(clock::instant);
        wait.unreachableSince = Optional.of(since);
        Duration timeout = settings.get().agentLostAfter();
        return isOver(since, timeout)
                ? Optional.of(new JobInternalMessage.GiveUp(
                        assignment.id(),
                        Reason.DESTINATION_UNREACHABLE,
                        "the agent of " + agent + " has been unreachable for " + timeout
                                + "; restart the agent, or let the next pass choose another destination"))
                : Optional.empty();
    }

    /** Repeats the delivery, less often if the agent has accepted and is reachable. */
    Optional<JobInternalMessage.GiveUp> remind(FencingToken token, Assignment assignment) {
        Wait wait = waits.computeIfAbsent(assignment.id(), id -> new Wait());
        wait.reminders++;
        Optional<JobInternalMessage.GiveUp> stalled = stalled(assignment, wait);
        if (stalled.isPresent()) {
            return stalled;
        }
        boolean accepted = wait.progressAt.isPresent();
        boolean reachable = agents.isReachable(assignment.destination().storageNode());
        boolean skip = accepted && reachable && wait.reminders % ACCEPTED_REMINDER != 0;
        return skip ? Optional.empty() : deliver(token, assignment);
    }

    private Optional<JobInternalMessage.GiveUp> stalled(Assignment assignment, Wait wait) {
        Duration timeout = settings.get().timeouts().stalledAgent().plus(copyTime(assignment));
        return wait.progressAt
                .filter(since -> isOver(since, timeout))
                .map(since -> new JobInternalMessage.GiveUp(
                        assignment.id(),
                        Reason.AGENT_STALLED,
                        "the agent of " + assignment.destination().storageNode()
                                + " is reachable, but no copy has ended for " + timeout
                                + "; look at its disk and its log"));
    }

    private static Duration copyTime(Assignment assignment) {
        long bytes = assignment.tasks().stream().mapToLong(CopyTask::sizeBytes).sum();
        return Duration.ofSeconds(bytes / MIN_BYTES_PER_SECOND);
    }

    /** @param finished copies that have ended so far */
    void markAccepted(UUID assignmentId, int finished) {
        Wait wait = waits.get(assignmentId);
        if (wait != null && (wait.progressAt.isEmpty() || finished > wait.finished)) {
            wait.finished = finished;
            wait.busySince = Optional.empty();
            wait.progressAt = Optional.of(clock.instant());
        }
    }

    /** The agent is busy: the next reminder offers the assignment again, for a while. */
    Optional<JobInternalMessage.GiveUp> markBusy(UUID assignmentId, String detail) {
        Wait wait = waits.get(assignmentId);
        if (wait == null) {
            return Optional.empty();
        }
        Instant since = wait.busySince.orElseGet(clock::instant);
        wait.busySince = Optional.of(since);
        wait.busyWith = detail.substring(0, Math.min(detail.length(), MAX_DETAIL));
        Duration timeout = settings.get().timeouts().busyAgent();
        return isOver(since, timeout)
                ? Optional.of(new JobInternalMessage.GiveUp(
                        assignmentId, Reason.AGENT_BUSY, "the agent has been busy for " + timeout + ": " + detail))
                : Optional.empty();
    }

    /** The agents that the assignments wait for. */
    List<JobWait> waits(Collection<InFlightAssignment> inFlight) {
        List<JobWait> found = new ArrayList<>();
        for (InFlightAssignment each : inFlight) {
            Wait wait = waits.get(each.assignment().id());
            if (wait != null) {
                StorageNodeId agent = each.assignment().destination().storageNode();
                wait.unreachableSince.ifPresent(since -> found.add(new JobWait(
                        JobWait.Cause.AGENT_UNREACHABLE,
                        since,
                        Optional.of(since.plus(settings.get().agentLostAfter())),
                        "the agent of " + agent + " is unreachable; after that its objects get other destinations")));
                wait.heldBackSince.ifPresent(since -> found.add(new JobWait(
                        JobWait.Cause.AGENT_LIMIT,
                        since,
                        Optional.empty(),
                        "the agent of " + agent + " has " + mostPerAgent.getAsInt()
                                + " assignments of the job, as many as the setting assignmentsPerAgent allows")));
                wait.busySince.ifPresent(since -> found.add(new JobWait(
                        JobWait.Cause.AGENT_BUSY,
                        since,
                        Optional.of(since.plus(settings.get().timeouts().busyAgent())),
                        "the agent of " + agent + " is busy (" + wait.busyWith
                                + "); after that the objects get other destinations")));
            }
        }
        return found;
    }

    private boolean isOver(Instant since, Duration timeout) {
        return Duration.between(since, clock.instant()).compareTo(timeout) >= 0;
    }

    /** All waiting times start from zero, as after a restart of the job: the time of a pause is no fault of an agent. */
    void restartWaits() {
        waits.clear();
        slots.clear();
    }

    /** The copies are reported, or the assignment has ended: no reminder follows. */
    void stopReminding(UUID assignmentId) {
        waits.remove(assignmentId);
        slots.release(assignmentId);
    }
}
