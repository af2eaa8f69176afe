package io.rebalancer.core.port;

import io.rebalancer.core.certificate.CertificateCheck;
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
     * Reads the metadata shards again, and reports whether a row names the drained node now. Starts a check, or joins the one
     * that runs on this manager.
     *
     * @return within seconds: the result, or how far the check is; then the caller asks again. Fails with
     *     {@link CertificateRefused} if there is no certificate to check, and with {@link CheckRefused} if too many checks run
     */
    CompletionStage<CertificateCheck> check(StorageNodeId node, CertificateCheck.Scope scope);

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

    /** As many checks as allowed are running. The caller may repeat the request. */
    final class CheckRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CheckRefused(int limit) {
            super(
                    limit + " checks of certificates are running on this manager, and each reads all shards",
                    null,
                    false,
                    false);
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
