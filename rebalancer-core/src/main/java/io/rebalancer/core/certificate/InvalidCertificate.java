package io.rebalancer.core.certificate;

/** A certificate file, or the key to verify it, can't be trusted. The message states why, in one line. */
public final class InvalidCertificate extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidCertificate(String reason) {
        super(reason, null, false, false);
    }
}
