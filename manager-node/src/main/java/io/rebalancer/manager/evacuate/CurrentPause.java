package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.manager.lease.Lease;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The pause that is in progress, if one is: the job is paused when each agent at work has confirmed, when no metadata write
 * is on its way, and when no earlier incarnation can send one.
 */
final class CurrentPause {
    private final ActorContext<JobMessage> context;
    private final CurrentPass pass;
    private final AgentConversations agents;
    private final Lease lease;
    private final Clock clock;
    private boolean writesEnded;
    private Instant since = Instant.MIN;

    CurrentPause(
            ActorContext<JobMessage> context, CurrentPass pass, AgentConversations agents, Lease lease, Clock clock) {
        this.context = context;
        this.pass = pass;
        this.agents = agents;
        this.lease = lease;
        this.clock = clock;
    }

    /** Stops the writes of the job and asks its agents. May be repeated; everything then has to be confirmed again. */
    void begin(JobState job) {
        since = clock.instant();
        writesEnded = false;
        agents.beginPause();
        agents.pause(job);
        pass.stopWriting().thenAccept(context.getSelf()::tell);
    }

    /** @param generation the children whose writes have ended */
    void markWritesEnded(long generation) {
        writesEnded |= pass.isLatest(generation);
    }

    /** The command that ends the pausing; empty if something is still in progress. */
    Optional<JobCommand> finish(JobState job) {
        boolean confirmed = job.mayBePaused(agents.paused());
        return confirmed && areWritesOver()
                ? Optional.of(new JobCommand.FinishPausing(agents.paused()))
                : Optional.empty();
    }

    /** While this incarnation holds the lease, no earlier one sends a write. */
    private boolean areWritesOver() {
        return writesEnded && lease.isHeld();
    }

    /** The writes that a pausing job waits for. */
    List<JobWait> waits(JobState job) {
        return !job.phase().stopsWrites() || areWritesOver()
                ? List.of()
                : List.of(new JobWait(
                        JobWait.Cause.WRITES_IN_PROGRESS,
                        since,
                        Optional.empty(),
                        "metadata writes that were sent before the pause have not ended"));
    }
}
