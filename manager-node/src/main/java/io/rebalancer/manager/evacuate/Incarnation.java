package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.manager.lease.Lease;
import io.rebalancer.manager.lease.LeaseRenewal;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;

/**
 * This start of a job from its journal, and its right to write metadata. It has begun once its epoch is stored; before
 * that, the job acts on no message, because the message may be meant for an earlier incarnation.
 */
final class Incarnation {
    private static final int MAX_OVERTAKEN_FENCES = 16;

    private final UUID jobId;
    private final Lease lease = new Lease(System::nanoTime);
    private final LeaseRenewal renewal;
    private final Duration minRestartBackoff;
    private boolean begun;
    private boolean superseded;
    private int childFailures;
    private int overtakenFences;

    /** @param minRestartBackoff shortest time from the end of an incarnation to the start of the next one on this member */
    Incarnation(UUID jobId, JournalReader journal, ActorSystem<?> system, Duration minRestartBackoff) {
        this.minRestartBackoff = minRestartBackoff;
        this.jobId = jobId;
        String persistenceId = PersistentEntities.evacuateJob(jobId).id();
        this.renewal = new LeaseRenewal("job=" + jobId, lease, last -> journal.endsWith(persistenceId, last, system));
    }

    /** The job was recovered, so the incarnation before this one is over. */
    void recovered() {
        begun = false;
        superseded = false;
        overtakenFences = 0;
    }

    /** The job was created by this incarnation: no earlier one exists. */
    void beginFirst() {
        begun = true;
    }

    /** The take-over is stored. An earlier incarnation on another member may still hold its lease for a while. */
    void beginAfterTakeOver() {
        if (!begun) {
            begun = true;
            lease.waitForEarlierIncarnation();
        }
    }

    /** A later incarnation is known: this one acts on no message any more. Returns after what time its actor may stop. */
    Duration supersede() {
        begun = false;
        superseded = true;
        return minRestartBackoff;
    }

    boolean isSuperseded() {
        return superseded;
    }

    boolean hasBegun() {
        return begun;
    }

    Lease lease() {
        return lease;
    }

    /** The time for {@link #prove}. */
    long now() {
        return lease.now();
    }

    /** An event was stored, and the journal was asked at {@code askedAt}: it refuses events of an earlier incarnation. */
    void prove(long askedAt) {
        lease.prove(askedAt);
    }

    /**
     * Whether the job may begin another epoch because an agent knows a later one. Agents may know different epochs, so once is
     * not enough. If an agent still knows a later one after that, two managers with separate journals probably run the same
     * job, and the fence must hold.
     */
    private boolean mayOvertakeFence() {
        return ++overtakenFences <= MAX_OVERTAKEN_FENCES;
    }

    /** Returns the number of failures of children in a row. */
    int countChildFailure() {
        return ++childFailures;
    }

    /** The children have made progress. */
    void clearChildFailures() {
        childFailures = 0;
    }

    /** @param last sequence number of the last event that this incarnation knows */
    void renewLease(long last) {
        renewal.renew(last);
    }

    /**
     * An agent refuses an order, because it knows a later epoch. Whether the job has to begin an epoch beyond the one that the agent knows. If that epoch is not beyond the job's, an
     * earlier incarnation gave the order.
     */
    boolean mustOvertake(JobState job, JobMessage.OrderFenced fenced, Logger log) {
        if (!job.isActive() || fenced.knownEpoch() <= job.epoch()) {
            return false;
        }
        if (!mayOvertakeFence()) {
            log.error(
                    "job={} assignment={} agent={} refused an order again, because it knows epoch {}: another manager with a"
                            + " separate journal probably runs this job; stop one of them",
                    jobId,
                    fenced.assignmentId(),
                    fenced.agent(),
                    fenced.knownEpoch());
            return false;
        }
        log.warn(
                "job={} assignment={} agent={} refused an order, because it knows epoch {} and the job has epoch {}: the job's"
                        + " journal was probably restored from a copy; beginning epoch {}",
                jobId,
                fenced.assignmentId(),
                fenced.agent(),
                fenced.knownEpoch(),
                job.epoch(),
                fenced.knownEpoch() + 1);
        return true;
    }
}
