package io.rebalancer.cluster.message;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    /** The request of an operator. The agent replies to the manager that sent it, and to no other. */
    sealed interface OperatorRequest extends AgentMessage, WireMessage {
        /** The manager that asks. */
        ActorRef<OperatorReply> replyTo();
    }

    /** Asks for the status; changes nothing. */
    record AskStatus(ActorRef<OperatorReply> replyTo) implements OperatorRequest {}

    /** Changes limits. The agent applies the change to its own limits, so changes of several managers do not undo each other. */
    record ChangeLimits(LimitsChange change, ActorRef<OperatorReply> replyTo) implements OperatorRequest {}

    /** Sets the gate. The reply arrives when nothing that the gate forbids is in progress, or after a few seconds. */
    record SetGate(CopyGate gate, ActorRef<OperatorReply> replyTo) implements OperatorRequest {}

    /**
     * Asks for a page of the held assignments.
     *
     * @param after the last id of the previous page
     * @param limit maximum number of assignments
     */
    record ListHeld(Optional<UUID> after, int limit, ActorRef<OperatorReply> replyTo) implements OperatorRequest {}

    /** Makes the agent forget an assignment whose job is lost. */
    record DropHeld(UUID assignmentId, boolean force, ActorRef<OperatorReply> replyTo) implements OperatorRequest {}

    /** Reply to an {@link OperatorRequest}; always small enough for one message. */
    sealed interface OperatorReply extends WireMessage {}

    /** Reply to {@link AskStatus}. */
    record StatusReported(AgentControl.AgentStatus status) implements OperatorReply {}

    /** Reply to {@link ChangeLimits}: all limits after the change. */
    record LimitsChanged(CopyLimits limits) implements OperatorReply {}

    /** Reply to {@link ChangeLimits}: nothing changed, for the reason in {@code detail}. */
    record LimitsRefused(String detail) implements OperatorReply {}

    /** Reply to {@link SetGate}. */
    record GateSet(AgentControl.GateStatus status) implements OperatorReply {}

    /** Reply to {@link ListHeld}. */
    record HeldListed(HeldAssignments.HeldPage page) implements OperatorReply {}

    /** Reply to {@link DropHeld}. */
    record DropDecided(HeldAssignments.Drop result) implements OperatorReply {}

    /** Reply to any request that the agent could not carry out, or not completely. */
    record RequestFailed(String detail) implements OperatorReply {}
}
