package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The conversations of a job with its agents: an assignment is repeated until its copies are reported, its release until the
 * agent has acknowledged it, and a pause until the agent has confirmed it. When a conversation has to end otherwise, the job gets a message.
 */
final class AgentConversations {
    private final UUID jobId;
    private final JobResources resources;
    private final AssignmentDelivery assignments;
    private final ReleaseDelivery releases;
    private final PauseDelivery pauses;
    private final ActorRef<JobMessage> job;

    AgentConversations(UUID jobId, JobResources resources, JobLimits limits, Clock clock, ActorRef<JobMessage> job) {
        this.jobId = jobId;
        this.resources = resources;
        this.assignments = new AssignmentDelivery(
                resources.agents(), resources::settings, limits::assignmentsPerAgent, clock, job);
        this.releases = new ReleaseDelivery(resources.agents(), resources::settings, clock, job);
        this.pauses = new PauseDelivery(resources.agents(), clock, job);
        this.job = job;
    }

    /** The token of the job's present incarnation. */
    FencingToken token(JobState state) {
        return new FencingToken(jobId, state.epoch());
    }

    void deliver(JobState state, Assignment assignment) {
        assignments.deliver(token(state), assignment).ifPresent(job::tell);
    }

    void release(JobState state, PendingRelease release) {
        releases.release(token(state), release).ifPresent(command -> job.tell(new JobInternalMessage.Decide(command)));
    }

    /** The agent reports an assignment that has left the ledger. It repeats its report until it is released. */
    void releaseUnknown(JobState state, StorageNodeId agent, UUID assignmentId) {
        resources.agents().release(token(state), new PendingRelease(assignmentId, agent, List.of()), job);
    }

    /**
     * Repeats everything that no agent has answered. A job that pauses gives no order to write.
     *
     * @param mayOrder whether the job may order copies at all
     */
    void remind(JobState state, boolean mayOrder) {
        if (state.phase().stopsWrites()) {
            pause(state);
        } else if (mayOrder && !state.phase().isHeld()) {
            state.inFlight().all().stream()
                    .filter(each -> !each.copied())
                    .forEach(each -> remind(state, each.assignment()).ifPresent(job::tell));
        }
        state.releases().all().forEach(each -> release(state, each));
    }

    /** Asks all agents at work to write nothing. One that can't is asked how far it is. */
    void pause(JobState state) {
        pauses.pause(token(state), state.inFlight().agentsAtWork());
        state.inFlight().all().stream()
                .filter(each -> each.state() == AssignmentState.ACCEPTED && !pauses.canPause(each))
                .forEach(each -> deliver(state, each.assignment()));
    }

    void markPaused(StorageNodeId agent) {
        pauses.markConfirmed(agent);
    }

    /** The agents that write nothing for a pausing job. */
    Set<StorageNodeId> paused() {
        return pauses.confirmed();
    }

    /** A pause begins: what agents have confirmed before does not count, and no agent has to make progress. */
    void beginPause() {
        pauses.clear();
        assignments.restartWaits();
    }

    private Optional<JobInternalMessage.GiveUp> remind(JobState state, Assignment assignment) {
        return resources.nodes().isOutOfService(assignment.destination().storageNode())
                ? Optional.of(JobInternalMessage.GiveUp.of(
                        assignment,
                        Reason.DESTINATION_FENCED,
                        assignment.destination().storageNode() + " left service after the assignment was planned"))
                : assignments.remind(token(state), assignment);
    }

    /** @param finished copies that have ended so far */
    void markAccepted(UUID assignmentId, int finished) {
        assignments.markAccepted(assignmentId, finished);
    }

    void markBusy(UUID assignmentId, String detail) {
        assignments.markBusy(assignmentId, detail).ifPresent(job::tell);
    }

    /** The copies are reported, or the assignment has ended. */
    void stopReminding(UUID assignmentId) {
        assignments.stopReminding(assignmentId);
    }

    /** Returns whether enough acknowledgements are gathered to store them now. */
    boolean markAcknowledged(UUID assignmentId) {
        return releases.markAcknowledged(assignmentId);
    }

    /** Acknowledged releases that are not stored yet. */
    List<UUID> acknowledged() {
        return releases.gathered();
    }

    /** Drops what is kept for the releases that have left the state, acknowledged or abandoned. */
    void forgetReleased(JobState before, JobState after) {
        before.releases().byId().keySet().stream()
                .filter(id -> after.releases().find(id).isEmpty())
                .forEach(releases::forget);
    }

    /** This incarnation ends, and replies of agents to it would be lost; the next one begins all conversations again. */
    void leave(JobState state) {
        state.inFlight().byId().keySet().forEach(resources.agents()::forget);
        state.releases().byId().keySet().forEach(resources.agents()::forget);
    }

    /** The agents that the job waits for. */
    Stream<JobWait> waits(JobState state) {
        return Stream.concat(
                (state.phase().stopsWrites()
                                ? pauses.waits(state.inFlight().all())
                                : assignments.waits(state.inFlight().all()))
                        .stream(),
                releases.waits(state.releases().all()).stream());
    }
}
