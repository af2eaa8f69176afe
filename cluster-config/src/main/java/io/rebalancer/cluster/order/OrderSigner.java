package io.rebalancer.cluster.order;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.tls.CertificateNames;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.OneLine;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs messages with the TLS certificate of this manager, as it is now. Thread-safe. */
public final class OrderSigner {
    static final String CHAIN_ENCODING = "PkiPath";

    private static final Logger LOGGER = LoggerFactory.getLogger(OrderSigner.class);

    private final OrderCodec codec;
    private final Supplier<PemIdentity> identity;
    private final NamePatterns managers;
    private final Clock clock;
    private volatile @Nullable Presented presented;

    /** A certificate in the form that orders carry. */
    private record Presented(PemIdentity identity, byte[] chain) {}

    /**
     * @param identity what TLS connections present now
     * @param managers the names of managers' certificates
     */
    public OrderSigner(OrderCodec codec, Supplier<PemIdentity> identity, NamePatterns managers, Clock clock) {
        this.codec = codec;
        this.identity = identity;
        this.managers = managers;
        this.clock = clock;
    }

    /**
     * Signs a message for the agent of a node.
     *
     * @throws IllegalStateException if the key can't be used
     */
    public SignedOrder sign(StorageNodeId destination, AgentMessage message) {
        try {
            Presented signer = presented(identity.get());
            Instant now = clock.instant();
            OrderCodec.Encoded encoded = codec.encode(message);
            byte[] content = SignedContent.of(signer.chain(), destination, now, encoded.manifest(), encoded.bytes());
            return new SignedOrder(
                    signer.chain(),
                    destination,
                    now,
                    encoded.manifest(),
                    encoded.bytes(),
                    signer.identity().sign(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "an order for " + destination + " can't be signed with the key of this manager's TLS certificate ("
                            + OneLine.of(e) + "); replace certificate and key",
                    e);
        }
    }

    private Presented presented(PemIdentity current) throws CertificateException {
        Presented known = presented;
        if (known != null && known.identity().equals(current)) {
            return known;
        }
        Set<String> names = CertificateNames.of(current.leaf());
        if (!managers.matchAny(names)) {
            LOGGER.error(
                    "agents will refuse the orders of this manager: its TLS certificate was replaced by one with the names"
                            + " {}, of which none matches cluster.tls.manager-names {}; install a certificate of a manager",
                    names,
                    managers);
        }
        Presented read = new Presented(
                current,
                CertificateFactory.getInstance("X.509")
                        .generateCertPath(current.chain())
                        .getEncoded(CHAIN_ENCODING));
        presented = read;
        return read;
    }
}
