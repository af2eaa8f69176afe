package io.rebalancer.cluster.message;

import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** What can be said to the broker of free space, of which the cluster has one. */
public interface SpaceMessage {

    /**
     * Promise space to an assignment, if all promises on that node stay within {@code availableMib}.
     *
     * @param mib wanted
     * @param availableMib what may be promised on the node in all
     */
    record Lease(UUID assignmentId, StorageNodeId node, long mib, long availableMib, ActorRef<SpaceReply> replyTo)
            implements SpaceMessage, WireMessage {}

    /** A promise made earlier still stands: said by a job that came back, since the broker keeps them in memory. */
    record Hold(UUID assignmentId, StorageNodeId node, long mib) implements SpaceMessage, WireMessage {}

    /** The assignment is over. */
    record Return(UUID assignmentId) implements SpaceMessage, WireMessage {}

    /**
     * Answer to {@link Lease}.
     *
     * @param promisedMib all promises on the node now
     */
    record SpaceReply(UUID assignmentId, StorageNodeId node, boolean granted, long promisedMib)
            implements WireMessage {}
}
