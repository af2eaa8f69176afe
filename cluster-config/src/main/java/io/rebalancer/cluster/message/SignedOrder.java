package io.rebalancer.cluster.message;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message to a storage agent, with the signature of the manager that sends it.
 *
 * @param chain the TLS certificate of the manager, followed by those of the authorities between it and the root; encoded as a
 *     PkiPath
 * @param destination the node whose agent may obey the message
 * @param signedAt by the manager's clock
 * @param manifest the manifest of the message's serializer
 * @param message the serialized message
 * @param signature of the certificate's key over all of the above
 */
public record SignedOrder(
        byte[] chain, StorageNodeId destination, Instant signedAt, String manifest, byte[] message, byte[] signature)
        implements AgentMessage, WireMessage {

    /** Compares the bytes of the arrays. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SignedOrder order
                && destination.equals(order.destination)
                && signedAt.equals(order.signedAt)
                && manifest.equals(order.manifest)
                && Arrays.equals(chain, order.chain)
                && Arrays.equals(message, order.message)
                && Arrays.equals(signature, order.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(destination, signedAt, manifest, Arrays.hashCode(message), Arrays.hashCode(signature));
    }

    @Override
    public String toString() {
        return "SignedOrder[" + manifest + " for " + destination + ", " + message.length + " bytes, signed at "
                + signedAt + "]";
    }
}
