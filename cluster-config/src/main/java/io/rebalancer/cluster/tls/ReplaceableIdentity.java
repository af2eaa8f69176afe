package io.rebalancer.cluster.tls;

import io.rebalancer.core.text.OneLine;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's TLS certificate, its key and its authorities, in files that may be replaced while the member runs. Files that
 * can't be used change nothing: the last ones that could stay in use. Thread-safe.
 */
final class ReplaceableIdentity {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReplaceableIdentity.class);

    private final Path certificate;
    private final Path key;
    private final Path authority;
    private volatile PemIdentity identity;

    /** @throws IllegalArgumentException if a file can't be used; the message names it */
    ReplaceableIdentity(Path certificate, Path key, Path authority) {
        this.certificate = certificate;
        this.key = key;
        this.authority = authority;
        this.identity = PemIdentity.readMutual(certificate, key, authority);
    }

    PemIdentity current() {
        return identity;
    }

    /** Reads the files again. Blocks. */
    synchronized void reload() {
        try {
            PemIdentity read = PemIdentity.readMutual(certificate, key, authority);
            if (!read.isSame(identity)) {
                identity = read;
                LOGGER.info("new connections between members use the certificate that is now in {}", certificate);
            }
        } catch (RuntimeException e) {
            LOGGER.warn(
                    "the certificate of this member is not replaced: {}; the one of before stays in use",
                    OneLine.of(e));
        }
    }
}
