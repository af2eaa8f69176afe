package io.rebalancer.cluster.order;

import io.rebalancer.cluster.order.OrderRefused.Cause;
import io.rebalancer.cluster.tls.CertificateNames;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.text.OneLine;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The certificates of managers that were checked. They are checked again when they have ended, or when a file of this member's
 * identity was replaced. Not thread-safe.
 */
final class TrustedSigners {
    private static final int MAX_KNOWN = 100;
    /** Far more than a chain has. */
    private static final int MAX_CHAIN_BYTES = 32 << 10;

    private final NamePatterns managers;
    private final Supplier<PemIdentity> identity;
    private final Clock clock;
    private final Map<ByteBuffer, Signer> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Signer> eldest) {
            return size() > MAX_KNOWN;
        }
    };
    private PemIdentity checkedBy;

    /** @param until when the first certificate of the chain ends */
    record Signer(PublicKey key, Set<String> names, Instant until) {}

    TrustedSigners(NamePatterns managers, Supplier<PemIdentity> identity, Clock clock) {
        this.managers = managers;
        this.identity = identity;
        this.clock = clock;
        this.checkedBy = identity.get();
    }

    /** @throws OrderRefused if the chain is not of this member's authority, has ended, or is not of a manager */
    Signer of(byte[] chain) throws OrderRefused {
        PemIdentity current = identity.get();
        if (!current.equals(checkedBy)) {
            known.clear();
            checkedBy = current;
        }
        Signer found = known.get(ByteBuffer.wrap(chain));
        if (found != null && clock.instant().isBefore(found.until())) {
            return found;
        }
        Signer checked = check(chain);
        known.put(ByteBuffer.wrap(chain.clone()), checked);
        return checked;
    }

    private Signer check(byte[] chain) throws OrderRefused {
        List<X509Certificate> certificates = read(chain);
        X509Certificate leaf = certificates.get(0);
        Set<String> names;
        try {
            names = CertificateNames.of(leaf);
            checkedBy.requireTrusted(certificates);
        } catch (CertificateException e) {
            throw new OrderRefused(
                    Cause.UNTRUSTED,
                    "the certificate of its signer is not trusted (" + OneLine.of(e) + "); subject: "
                            + OneLine.of(leaf.getSubjectX500Principal().getName()) + ", valid until "
                            + leaf.getNotAfter().toInstant()
                            + ". Give the manager a valid certificate of the authority in this"
                            + " agent's cluster.tls.authority");
        }
        if (!managers.matchAny(names)) {
            throw new OrderRefused(
                    Cause.NO_MANAGER,
                    "its signer has a certificate with the names " + names
                            + ", and none matches cluster.tls.manager-names "
                            + managers + " of this agent. If the signer is a manager, add its name; otherwise a member"
                            + " without that right sent this");
        }
        Instant until = certificates.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
        return new Signer(leaf.getPublicKey(), names, until);
    }

    private static List<X509Certificate> read(byte[] chain) throws OrderRefused {
        try {
            if (chain.length > MAX_CHAIN_BYTES) {
                throw new CertificateException("it has " + chain.length + " bytes");
            }
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertPath(new ByteArrayInputStream(chain), OrderSigner.CHAIN_ENCODING)
                    .getCertificates()
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new CertificateException("it has no certificate");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new OrderRefused(
                    Cause.UNTRUSTED,
                    "the certificates of its signer can't be read (" + OneLine.of(e)
                            + "); run managers and agents of the same build");
        }
    }
}
