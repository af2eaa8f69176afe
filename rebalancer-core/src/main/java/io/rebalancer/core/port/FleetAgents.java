package io.rebalancer.core.port;

import io.rebalancer.core.object.StorageNodeId;

/**
 * The agents of all storage nodes, reached through the cluster. Each request has a deadline, and is sent once. It fails with
 * {@link AgentUnavailable} if the agent does not carry it out or does not reply in time.
 */
public interface FleetAgents {

    /** Status, limits and gate of the agent of a node. */
    AgentControl control(StorageNodeId node);

    /** The assignments that the agent of a node holds. */
    HeldAssignments held(StorageNodeId node);

    /** The agent did not carry a request out, or it is not known whether it did. */
    final class AgentUnavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** The reasons. */
        public enum Code {
            /** Storinfo does not list the node, and no member of the cluster serves it. Nothing was sent. */
            STORAGE_NODE_NOT_FOUND,
            /** The agent is reached over HTTP only, and HTTP has no such request. Nothing was sent. */
            AGENT_NOT_IN_CLUSTER,
            /** No reachable member of the cluster serves the node. Nothing was sent. */
            AGENT_UNREACHABLE,
            /** The agent did not reply in time. It may carry the request out, now or later. */
            AGENT_NO_REPLY,
            /** The agent replied that it failed. It may have carried the request out. */
            AGENT_FAILED;

            /** Whether the agent certainly did not get the request. */
            public boolean isNotSent() {
                return this == STORAGE_NODE_NOT_FOUND || this == AGENT_NOT_IN_CLUSTER || this == AGENT_UNREACHABLE;
            }
        }

        private final Code code;

        /** @param detail what is wrong with which node, and what to do */
        public AgentUnavailable(Code code, String detail) {
            super(detail, null, false, false);
            this.code = code;
        }

        public Code code() {
            return code;
        }
    }
}
