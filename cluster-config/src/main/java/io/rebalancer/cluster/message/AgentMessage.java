package io.rebalancer.cluster.message;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import java.util.List;
import java.util.UUID;

/** What can be said to a storage agent; the agent adds messages of its own that never leave the member. */
public interface AgentMessage {

    /** An order, and which incarnation of a job gives it. */
    sealed interface Order extends AgentMessage, WireMessage {
        FencingToken token();

        UUID assignmentId();
    }

    /** Make these copies and report to the job. Said again until the report came; the agent answers each time. */
    record Assign(FencingToken token, Assignment assignment) implements Order {
        @Override
        public UUID assignmentId() {
            return assignment.id();
        }
    }

    /**
     * Forget an assignment.
     *
     * @param unwanted objects whose copies nothing points to; the agent removes those it made
     */
    record Release(FencingToken token, UUID assignmentId, List<UUID> unwanted) implements Order {
        public Release {
            unwanted = List.copyOf(unwanted);
        }
    }

    /** Come to life: sent by the agent's own member, so that unfinished copies go on after a restart. */
    enum Wake implements AgentMessage, WireMessage {
        INSTANCE
    }
}
