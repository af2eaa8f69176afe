package io.rebalancer.manager.certificate;

import io.rebalancer.cluster.settings.UserFacingError;

/** The signing key of a manager can't be used. The message names the file, and states what to do. */
public final class CertificateKeyFault extends RuntimeException implements UserFacingError {
    private static final long serialVersionUID = 1L;

    CertificateKeyFault(String message) {
        super(message, null, false, false);
    }
}
