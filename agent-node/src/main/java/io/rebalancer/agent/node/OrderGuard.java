package io.rebalancer.agent.node;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.message.WireMessage;
import io.rebalancer.cluster.order.OrderCodec;
import io.rebalancer.cluster.order.OrderRefused;
import io.rebalancer.cluster.order.OrderVerifier;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The only way of messages to the {@link StorageAgent}. Messages that other members can send ({@link WireMessage}) pass only
 * with the signature of a manager, if the settings name managers. All other messages come from this process, because no
 * serializer reads them.
 */
final class OrderGuard extends BehaviorInterceptor<AgentMessage, AgentMessage> {
    private final Optional<OrderVerifier> verifier;
    private final OrderCodec codec;
    private final RefusedOrders refused;
    private final JobReplies jobs;

    /** A request of this process, which needs no signature. */
    record OwnRequest(AgentMessage.OperatorRequest request) implements AgentMessage {}

    private OrderGuard(
            ActorSystem<?> system, StorageNodeId node, Optional<OrderVerifier> verifier, RefusedOrders refused) {
        super(AgentMessage.class);
        this.verifier = verifier;
        this.codec = new OrderCodec(system);
        this.refused = refused;
        this.jobs = new JobReplies(node, system);
    }

    /**
     * Guards the agent of a node.
     *
     * @param verifier decides what the agent obeys; empty: every member is obeyed, with a signature or without
     */
    static Behavior<AgentMessage> guard(
            StorageNodeId node, Optional<OrderVerifier> verifier, RefusedOrders refused, Behavior<AgentMessage> agent) {
        return Behaviors.setup(context ->
                Behaviors.intercept(() -> new OrderGuard(context.getSystem(), node, verifier, refused), agent));
    }

    @Override
    public Behavior<AgentMessage> aroundReceive(
            TypedActorContext<AgentMessage> context, AgentMessage message, ReceiveTarget<AgentMessage> agent) {
        try {
            return agent.apply(context, admit(message));
        } catch (OrderRefused e) {
            refuse(message, e);
            return Behaviors.same();
        }
    }

    private AgentMessage admit(AgentMessage message) throws OrderRefused {
        if (message instanceof OwnRequest own) {
            return own.request();
        }
        if (message instanceof SignedOrder order) {
            if (verifier.isPresent()) {
                verifier.get().verify(order);
            }
            return codec.decode(order);
        }
        if (verifier.isPresent() && message instanceof WireMessage && !isHarmless(message)) {
            throw OrderRefused.unsigned();
        }
        return message;
    }

    /** Starts the agent, or asks for its clock. A signature has a time, so a wrong clock would keep the question from an answer. */
    private static boolean isHarmless(AgentMessage message) {
        return message instanceof AgentMessage.Wake || message instanceof AgentMessage.AskClock;
    }

    private void refuse(AgentMessage message, OrderRefused cause) {
        AgentMessage order =
                message instanceof SignedOrder signed ? decoded(signed).orElse(message) : message;
        refused.record(order, cause);
        String detail = "its agent refuses the order: " + cause.getMessage();
        if (order instanceof AgentMessage.Assign assign) {
            jobs.refuse(assign, Reason.AGENT_BUSY, detail);
        } else if (order instanceof AgentMessage.OperatorRequest request) {
            request.replyTo().tell(new AgentMessage.RequestFailed(detail));
        } else if (order instanceof InventoryMessage.Request request) {
            request.replyTo().tell(new InventoryMessage.Failed(detail));
        }
    }

    /** For the answer only. A message that can't be read gets none. */
    private Optional<AgentMessage> decoded(SignedOrder order) {
        try {
            return Optional.of(codec.decode(order));
        } catch (OrderRefused e) {
            return Optional.empty();
        }
    }

    /** Where the answer to a message goes; empty if it names no actor. */
    static Optional<ActorRef<?>> replyTo(AgentMessage message) {
        if (message instanceof AgentMessage.OperatorRequest request) {
            return Optional.of(request.replyTo());
        }
        return message instanceof InventoryMessage.Request request ? Optional.of(request.replyTo()) : Optional.empty();
    }
}
