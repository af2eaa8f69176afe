package io.rebalancer.cluster.order;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.message.WireMessage;
import io.rebalancer.core.text.OneLine;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/**
 * The message in a signed order, as bytes of the serializer of all messages between members. The addresses in it are complete,
 * as in a message that is sent without a signature.
 */
public final class OrderCodec {
    private final Serialization serialization;

    /** @param system whose serializer is used */
    public OrderCodec(ActorSystem<?> system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** A message as it is signed. */
    record Encoded(String manifest, byte[] bytes) {}

    /** @throws IllegalStateException if no serializer writes the message */
    Encoded encode(AgentMessage message) {
        try {
            Serializer serializer = serialization.findSerializerFor(message);
            return new Encoded(
                    Serializers.manifestFor(serializer, message),
                    serialization.serialize(message).get());
        } catch (Exception e) {
            throw new IllegalStateException(message.getClass() + " can't be serialized: " + OneLine.of(e), e);
        }
    }

    /**
     * The message of an order whose signature was checked, or needs no check.
     *
     * @throws OrderRefused if it is no message that an agent gets from other members
     */
    public AgentMessage decode(SignedOrder order) throws OrderRefused {
        Object decoded;
        try {
            int serializer = serialization.findSerializerFor(order).identifier();
            decoded = serialization
                    .deserialize(order.message(), serializer, order.manifest())
                    .get();
        } catch (Exception e) {
            // The serializer throws checked exceptions that it does not declare.
            throw unreadable(order, OneLine.of(e));
        }
        if (decoded instanceof AgentMessage message
                && decoded instanceof WireMessage
                && !(decoded instanceof SignedOrder)) {
            return message;
        }
        throw unreadable(order, "agents get no such message");
    }

    private static OrderRefused unreadable(SignedOrder order, String why) {
        return new OrderRefused(
                OrderRefused.Cause.UNREADABLE,
                "it has a message " + OneLine.of(order.manifest()) + " that can't be read (" + why
                        + "); run managers and agents of the same build");
    }
}
