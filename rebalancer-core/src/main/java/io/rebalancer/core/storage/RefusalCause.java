package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.Reason;

/**
 * Why a storage node can't receive a copy of an object. The order is that of the checks: the later the cause, the closer
 * the node came to being the destination.
 */
public enum RefusalCause {
    /** The node is in a state in which it receives nothing, for example because a job empties it. */
    NOT_IN_SERVICE(Reason.NO_DESTINATION, "not in service"),
    /** The operator excluded the node. */
    NODE_EXCLUDED(Reason.NO_DESTINATION, "excluded by placement.excluded-nodes"),
    /** The operator excluded the node's datacenter. */
    DATACENTER_EXCLUDED(Reason.NO_DESTINATION, "in a datacenter of placement.blacklisted-datacenters"),
    /** The node holds a copy already, or is the leaving node (manta.md 5.4). */
    HOLDS_COPY(Reason.OBJECT_ALREADY_ON_DEST_SHARK, "already holding a copy"),
    /** Another node of the datacenter holds a copy (manta.md 5.4). */
    DATACENTER_HOLDS_COPY(Reason.OBJECT_ALREADY_IN_DATACENTER, "in a datacenter that already holds a copy"),
    /** The node has too little space below its fill ceiling that is not promised (manta.md 5.5). */
    INSUFFICIENT_SPACE(Reason.DESTINATION_INSUFFICIENT_SPACE, "without enough unpromised space"),
    /** The node qualifies, but its agent is unreachable now. */
    AGENT_UNREACHABLE(Reason.DESTINATION_UNREACHABLE, "with an unreachable agent");

    private final Reason reason;
    private final String text;

    RefusalCause(Reason reason, String text) {
        this.reason = reason;
        this.text = text;
    }

    /** The reason that an unmoved record gets if no node came closer. */
    public Reason reason() {
        return reason;
    }

    /** The cause as text that follows a number of nodes. */
    public String text() {
        return text;
    }
}
