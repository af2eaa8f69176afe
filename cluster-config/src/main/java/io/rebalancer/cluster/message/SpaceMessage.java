package io.rebalancer.cluster.message;

import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the space broker, a cluster singleton. */
public interface SpaceMessage {

    /**
     * Asks for a lease of space on a destination. Granted if all leases on that node together stay within
     * {@code availableMib}.
     *
     * @param mib requested space
     * @param availableMib highest sum of all leases on the node
     */
    record Lease(UUID assignmentId, StorageNodeId node, long mib, long availableMib, ActorRef<SpaceReply> replyTo)
            implements SpaceMessage, WireMessage {}

    /**
     * Renews a lease that was granted earlier. Resumed jobs send it, because the broker keeps leases in memory only.
     */
    record Hold(UUID assignmentId, StorageNodeId node, long mib) implements SpaceMessage, WireMessage {}

    /** Returns the lease of an assignment that has ended. */
    record Return(UUID assignmentId) implements SpaceMessage, WireMessage {}

    /**
     * Reply to {@link Lease}.
     *
     * @param promisedMib sum of all leases on the node now
     */
    record SpaceReply(UUID assignmentId, StorageNodeId node, boolean granted, long promisedMib)
            implements WireMessage {}
}
