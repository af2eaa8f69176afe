package io.rebalancer.cluster.tls;

import java.nio.file.Path;
import javax.net.ssl.SSLSocketFactory;
import nl.altindag.ssl.SSLFactory;

/** Authorities that a client trusts. */
public final class PemAuthorities {

    private PemAuthorities() {}

    /**
     * Sockets to servers with a certificate of one of these authorities.
     *
     * @throws IllegalArgumentException if the file can't be used; the message names it
     */
    public static SSLSocketFactory sockets(Path authorities) {
        return SSLFactory.builder()
                .withTrustMaterial(PemIdentity.authorities(authorities))
                .build()
                .getSslSocketFactory();
    }
}
