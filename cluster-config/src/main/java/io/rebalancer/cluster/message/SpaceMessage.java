package io.rebalancer.cluster.message;

import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.storage.SpaceLease;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Messages to the space broker, a cluster singleton. Each names the incarnation of the job that sends it; the broker
 * ignores an incarnation if it knows a later one of the same job.
 *
 * <p>Builds before these messages sent {@link Lease}, {@link Hold} and {@link Return}, which name no job. During a rolling
 * upgrade both kinds of builds run together:
 *
 * <ul>
 *   <li>A broker of this build serves {@code Lease}, {@code Hold} and {@code Return} as before. Such a lease lasts until its
 *       return, at most one hour, unless a job of this build takes it over and announces it.
 *   <li>A broker of an earlier build rejects the new messages; it logs them and does not reply. A job of this build
 *       repeats an unanswered request as a {@code Lease}. When a {@code SpaceReply} arrives, the job continues with
 *       {@code Lease}, {@code Hold} and {@code Return} until a broker replies to its announcements. Until then there are
 *       no penalties, and promises are learned one node at a time.
 * </ul>
 */
public interface SpaceMessage {

    /**
     * Asks for a lease of space on a destination. Granted if all leases on that node together stay within
     * {@code availableMib}. Idempotent: the job repeats it until {@link LeaseDecided} arrives.
     *
     * @param availableMib highest sum of all leases on the node
     */
    record RequestLease(FencingToken token, SpaceLease lease, long availableMib, ActorRef<BrokerReply> replyTo)
            implements SpaceMessage, WireMessage {}

    /**
     * Announces all leases of a job, every 10 s. The broker drops all other leases of the job, and replies with
     * {@link SpaceStatus}.
     *
     * @param held leases of assignments in flight
     * @param requested assignments whose request has no reply yet
     */
    record AnnounceLeases(
            FencingToken token, List<SpaceLease> held, List<UUID> requested, ActorRef<BrokerReply> replyTo)
            implements SpaceMessage, WireMessage {
        public AnnounceLeases {
            held = List.copyOf(held);
            requested = List.copyOf(requested);
        }
    }

    /**
     * Announces the weight of a job that plans, every 2 s; the broker replies with {@link WeightsOfJobs}. A job that does not
     * announce its weight for a while has no share.
     *
     * @param weight at least 1
     */
    record AnnounceWeight(FencingToken token, long weight, ActorRef<BrokerReply> replyTo)
            implements SpaceMessage, WireMessage {}

    /**
     * Reply to {@link AnnounceWeight}.
     *
     * @param weights of all jobs that plan
     */
    record WeightsOfJobs(FencingToken token, WeightTotals weights) implements BrokerReply {}

    /** Returns the lease of an assignment that has ended. If the message is lost, the next announcement ends the lease. */
    record ReturnLease(FencingToken token, UUID assignmentId) implements SpaceMessage, WireMessage {}

    /**
     * Reports that a destination carried out an assignment, or failed to. If the message is lost, the next assignment
     * shows the same.
     *
     * @param fault what went wrong; empty after a success
     */
    record ReportDestination(FencingToken token, StorageNodeId node, Optional<DestinationFault> fault)
            implements SpaceMessage, WireMessage {}

    /** Asks for the penalties of destinations that have not ended. */
    record GetPenalties(ActorRef<Penalties> replyTo) implements SpaceMessage, WireMessage {}

    /** Asks which jobs have leases on a node. A broker of an earlier build does not reply. */
    record GetPromisesTo(StorageNodeId node, ActorRef<PromisesTo> replyTo) implements SpaceMessage, WireMessage {}

    /**
     * Reply to {@link GetPromisesTo}.
     *
     * @param jobs by job; each job at most once
     */
    record PromisesTo(StorageNodeId node, List<JobPromise> jobs) implements WireMessage {
        public PromisesTo {
            jobs = List.copyOf(jobs);
        }
    }

    /** A reply to a job: {@link LeaseDecided}, {@link SpaceStatus} or {@link WeightsOfJobs}. */
    interface BrokerReply extends WireMessage {}

    /**
     * Reply to {@link RequestLease}.
     *
     * @param promisedMib sum of all leases on the node now
     */
    record LeaseDecided(
            FencingToken token, UUID assignmentId, StorageNodeId node, LeaseDecision decision, long promisedMib)
            implements BrokerReply {}

    /**
     * Reply to {@link AnnounceLeases}.
     *
     * @param promises what is promised on each node; a node without leases is omitted
     * @param penalties the penalties that have not ended
     */
    record SpaceStatus(FencingToken token, List<NodePromise> promises, List<Penalty> penalties) implements BrokerReply {
        public SpaceStatus {
            promises = List.copyOf(promises);
            penalties = List.copyOf(penalties);
        }
    }

    /**
     * Reply to {@link GetPenalties}. No build before version 2 asks for it, so a broker may send version 2 to every member.
     *
     * @param penalties the penalties that have not ended, by node and cause
     */
    record Penalties(List<PenaltyReport> penalties) implements WireMessage {
        public Penalties {
            penalties = List.copyOf(penalties);
        }
    }

    /**
     * Asks for a lease of space on a destination. Sent by earlier builds, and to brokers of earlier builds.
     *
     * @param mib requested space
     * @param availableMib highest sum of all leases on the node
     */
    record Lease(UUID assignmentId, StorageNodeId node, long mib, long availableMib, ActorRef<SpaceReply> replyTo)
            implements SpaceMessage, WireMessage {}

    /** Renews a lease that was granted earlier. Sent by earlier builds, and to brokers of earlier builds. */
    record Hold(UUID assignmentId, StorageNodeId node, long mib) implements SpaceMessage, WireMessage {}

    /** Returns a lease. Sent by earlier builds, and to brokers of earlier builds. */
    record Return(UUID assignmentId) implements SpaceMessage, WireMessage {}

    /**
     * Reply to {@link Lease}.
     *
     * @param promisedMib sum of all leases on the node now
     */
    record SpaceReply(UUID assignmentId, StorageNodeId node, boolean granted, long promisedMib)
            implements WireMessage {}
}
