package io.rebalancer.cluster.order;

import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.order.OrderRefused.Cause;
import io.rebalancer.cluster.settings.TlsSettings;
import io.rebalancer.cluster.tls.KeySignature;
import io.rebalancer.cluster.tls.MemberIdentity;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.object.StorageNodeId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** Decides which signed orders the agent of one node obeys. Thread-safe. */
public final class OrderVerifier {
    /** About 2 MB. An agent gets some orders in a second, so these are those of an hour or more. */
    static final int MAX_RECENT = 20_000;

    private final StorageNodeId own;
    private final Duration maxAge;
    private final Clock clock;
    private final TrustedSigners signers;
    private final RecentOrders recent = new RecentOrders(MAX_RECENT);

    /**
     * @param own the node of this agent
     * @param managers the names of managers' certificates
     * @param maxAge longest time since an order was signed
     * @param identity whose authorities are trusted now
     */
    public OrderVerifier(
            StorageNodeId own, NamePatterns managers, Duration maxAge, Supplier<PemIdentity> identity, Clock clock) {
        this.own = own;
        this.maxAge = maxAge;
        this.clock = clock;
        this.signers = new TrustedSigners(managers, identity, clock);
    }

    /** The verifier of a running agent. */
    public static OrderVerifier create(ActorSystem<?> system, StorageNodeId own, TlsSettings settings) {
        MemberIdentity identity = MemberIdentity.get(Adapter.toClassic(system));
        return new OrderVerifier(
                own, settings.managerNames(), settings.orderMaxAge(), identity::current, Clock.systemUTC());
    }

    /**
     * Checks an order, and remembers it if it is right.
     *
     * @return the names of its signer
     * @throws OrderRefused if the agent must not obey it
     */
    public synchronized Set<String> verify(SignedOrder order) throws OrderRefused {
        TrustedSigners.Signer signer = signers.of(order.chain());
        byte[] content = SignedContent.of(
                order.chain(), order.destination(), order.signedAt(), order.manifest(), order.message());
        requireSignature(order, signer, content);
        if (!order.destination().equals(own)) {
            throw new OrderRefused(
                    Cause.OTHER_NODE,
                    "it was signed for the agent of " + order.destination() + ", and this is the agent of " + own
                            + "; if this repeats, a member sends orders of managers to other agents");
        }
        requireTime(order.signedAt(), clock.instant());
        if (!recent.add(digest(content))) {
            throw new OrderRefused(
                    Cause.REPLAYED,
                    "it arrived before, and managers sign each repetition again; a member sends the orders of managers"
                            + " another time");
        }
        return signer.names();
    }

    private static void requireSignature(SignedOrder order, TrustedSigners.Signer signer, byte[] content)
            throws OrderRefused {
        String why = "the signature does not match";
        try {
            if (KeySignature.isValid(signer.key(), content, order.signature())) {
                return;
            }
        } catch (GeneralSecurityException e) {
            why = "the signature can't be checked: " + e.getMessage();
        }
        throw new OrderRefused(
                Cause.ALTERED,
                "it is not what the holder of the certificate with the names " + signer.names() + " signed (" + why
                        + "); if this repeats, a member changes or forges orders of managers");
    }

    private void requireTime(Instant signedAt, Instant now) throws OrderRefused {
        if (Duration.between(signedAt, now).abs().compareTo(maxAge) > 0) {
            throw new OrderRefused(
                    Cause.WRONG_TIME,
                    "it was signed at " + signedAt + " by the manager's clock, and it is " + now + " by the clock of "
                            + own
                            + ", more than cluster.tls.order-max-age (" + maxAge.toSeconds()
                            + " s) apart; set both clocks");
        }
    }

    private static UUID digest(byte[] content) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(content));
            return new UUID(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
