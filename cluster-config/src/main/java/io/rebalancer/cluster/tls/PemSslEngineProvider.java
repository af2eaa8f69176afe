package io.rebalancer.cluster.tls;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import scala.Option;

/**
 * Mutual TLS between members, with keys of every kind that {@link PemIdentity} reads. Pekko's own provider reads RSA keys only.
 * Files that were replaced are used by new connections; files that can't be used change nothing. Both sides must present a
 * certificate of the authority, and the two certificates must have a name in common: members are known by this name, not by
 * their host.
 */
public final class PemSslEngineProvider implements SSLEngineProvider {
    /** The settings of {@link MemberIdentity}: {@code certificate}, {@code key}, {@code authority} and {@code reload}. */
    public static final String SETTINGS = "pekko.remote.artery.ssl.pem-engine";

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final MemberIdentity identity;

    /**
     * Called by Pekko.
     *
     * @throws IllegalArgumentException if a file can't be used
     */
    public PemSslEngineProvider(ActorSystem system) {
        this.identity = MemberIdentity.get(system);
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        SSLEngine engine = engine(hostname, port);
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        SSLEngine engine = engine(hostname, port);
        engine.setUseClientMode(true);
        return engine;
    }

    private SSLEngine engine(String hostname, int port) {
        SSLEngine engine = identity.current().context().createSSLEngine(hostname, port);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return verify(hostname, session);
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        return verify(hostname, session);
    }

    private Option<Throwable> verify(String hostname, SSLSession session) {
        try {
            Set<String> own = CertificateNames.of(identity.current().leaf());
            Certificate peer = session.getPeerCertificates()[0];
            return peer instanceof X509Certificate x509 && !Collections.disjoint(own, CertificateNames.of(x509))
                    ? Option.empty()
                    : Option.apply(new IllegalArgumentException("the certificate of the member at " + hostname
                            + " has none of the names " + own + " of this member's certificate"));
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            return Option.apply(e);
        }
    }
}
