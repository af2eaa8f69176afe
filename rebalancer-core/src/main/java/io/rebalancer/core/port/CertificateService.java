package io.rebalancer.core.port;

import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Issues certificates of drained storage nodes. Every manager does, each with a key of its directory. */
public interface CertificateService {

    /**
     * A certificate of what the last verification of a drained node found, signed now.
     *
     * @return fails with {@link CertificateRefused} if nothing proves that the node is empty, or the manager can't sign
     */
    CompletionStage<SignedCertificate> certify(StorageNodeId node);

    /**
     * The keys that verify certificates of this manager.
     *
     * @return fails with {@link CertificateRefused} if they can't be read
     */
    CompletionStage<Keys> keys();

    /**
     * Public keys of a manager.
     *
     * @param current the key that signs now
     * @param earlier the keys that signed before, in the order of their ids
     */
    record Keys(VerificationKey current, List<VerificationKey> earlier) {
        public Keys {
            earlier = List.copyOf(earlier);
        }
    }

    /** There is no certificate. {@link #getMessage} states why, and what to do. */
    final class CertificateRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final CertificateRefusal.Code code;

        public CertificateRefused(CertificateRefusal refusal) {
            super(refusal.detail(), null, false, false);
            this.code = refusal.code();
        }

        /** The reason as a stable word. */
        public CertificateRefusal.Code code() {
            return code;
        }
    }
}
