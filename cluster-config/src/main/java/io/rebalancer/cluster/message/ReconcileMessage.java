package io.rebalancer.cluster.message;

import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import java.time.Instant;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to a run of reconciliation. The run's module adds internal messages, which never leave the member. */
public interface ReconcileMessage {

    /** Creates the run, or asks for its state if it exists. */
    record CreateRun(RunOrder order, ActorRef<RunReply> replyTo) implements ReconcileMessage, WireMessage {}

    /** Asks for the state of the run. */
    record GetRun(ActorRef<RunReply> replyTo) implements ReconcileMessage, WireMessage {}

    /**
     * Ends the run early. A run that has ended stays as it is.
     *
     * @param detail who cancels it
     */
    record CancelRun(String detail, ActorRef<RunReply> replyTo) implements ReconcileMessage, WireMessage {}

    /**
     * Forgets the run, if it ended before this time. The state of a run that is forgotten, or does not exist, has the phase
     * {@code NONE}.
     */
    record ForgetRun(Instant endedBefore, ActorRef<RunReply> replyTo) implements ReconcileMessage, WireMessage {}

    /** A reply of a run. */
    sealed interface RunReply extends WireMessage {}

    /**
     * The state of the run.
     *
     * @param revision sequence number of its last event, 0 if it does not exist
     * @param activity what it does or waits for now, for an operator; may be empty text
     */
    record RunFound(RunState state, long revision, String activity) implements RunReply {}
}
