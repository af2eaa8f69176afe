package io.rebalancer.cluster.message;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to a storage agent. The agent's module adds internal messages, which never leave the member. */
public interface AgentMessage {

    /** An order, with the fencing token of the job's incarnation that gives it. */
    sealed interface Order extends AgentMessage, WireMessage {
        FencingToken token();

        /** The id of the assignment that the order is about, or of the job if it is about the job. */
        UUID about();
    }

    /**
     * Makes the agent store an assignment, copy its objects and report to the job. The job repeats the order until the
     * report arrives, and the agent replies each time.
     */
    record Assign(FencingToken token, Assignment assignment) implements Order {
        @Override
        public UUID about() {
            return assignment.id();
        }
    }

    /**
     * Releases an assignment: the agent forgets it.
     *
     * @param unwanted objects whose copies no metadata record names; the agent removes the copies that it made
     */
    record Release(FencingToken token, UUID assignmentId, List<UUID> unwanted) implements Order {
        public Release {
            unwanted = List.copyOf(unwanted);
        }

        @Override
        public UUID about() {
            return assignmentId;
        }
    }

    /**
     * Makes the agent write nothing for the job, until the job gives an assignment of a later epoch. The job repeats the order
     * until the agent has replied with {@link JobMessage.PauseConfirmed}.
     */
    record PauseJob(FencingToken token) implements Order {
        @Override
        public UUID about() {
            return token.jobId();
        }
    }

    /** Asks for the time of the agent's clock; changes nothing. */
    record AskClock(ActorRef<ClockReported> replyTo) implements AgentMessage, WireMessage {}

    /** Reply to {@link AskClock}. */
    record ClockReported(StorageNodeId node, Instant at) implements WireMessage {}

    /** Starts the agent. Sent by its own member, so that unfinished copies resume after a restart. */
    enum Wake implements AgentMessage, WireMessage {
        INSTANCE
    }
}
