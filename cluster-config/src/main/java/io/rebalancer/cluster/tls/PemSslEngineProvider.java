package io.rebalancer.cluster.tls;

import com.typesafe.config.Config;
import io.rebalancer.core.text.OneLine;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Mutual TLS between members, with keys of every kind that {@link PemIdentity} reads. Pekko's own provider reads RSA keys only.
 * Files that were replaced are used by new connections; files that can't be used change nothing. Both sides must present a
 * certificate of the authority, and the two certificates must have a name in common: members are known by this name, not by
 * their host.
 */
public final class PemSslEngineProvider implements SSLEngineProvider {
    /** The settings of this class: {@code certificate}, {@code key}, {@code authority} and {@code reload}. */
    public static final String SETTINGS = "pekko.remote.artery.ssl.pem-engine";

    private static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final int DNS_NAME = 2;
    private static final Logger LOGGER = LoggerFactory.getLogger(PemSslEngineProvider.class);

    private final Path certificate;
    private final Path key;
    private final Path authority;
    private final Duration reload;
    private PemIdentity identity;
    private long readAt = System.nanoTime();

    /**
     * Called by Pekko.
     *
     * @throws IllegalArgumentException if a file can't be used
     */
    public PemSslEngineProvider(ActorSystem system) {
        Config settings = system.settings().config().getConfig(SETTINGS);
        this.certificate = Path.of(settings.getString("certificate"));
        this.key = Path.of(settings.getString("key"));
        this.authority = Path.of(settings.getString("authority"));
        this.reload = settings.getDuration("reload");
        this.identity = PemIdentity.readMutual(certificate, key, authority);
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
        SSLEngine engine = current().context().createSSLEngine(hostname, port);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }

    private synchronized PemIdentity current() {
        if (System.nanoTime() - readAt >= reload.toNanos()) {
            readAt = System.nanoTime();
            try {
                PemIdentity read = PemIdentity.readMutual(certificate, key, authority);
                if (!read.isSame(identity)) {
                    identity = read;
                    LOGGER.info("new connections between members use the certificate that is now in {}", certificate);
                }
            } catch (IllegalArgumentException e) {
                LOGGER.warn(
                        "the certificate of this member is not replaced: {}; the one of before stays in use",
                        OneLine.of(e));
            }
        }
        return identity;
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
            Set<String> own = names(current().leaf());
            Certificate peer = session.getPeerCertificates()[0];
            return peer instanceof X509Certificate x509 && !Collections.disjoint(own, names(x509))
                    ? Option.empty()
                    : Option.apply(new IllegalArgumentException("the certificate of the member at " + hostname
                            + " has none of the names " + own + " of this member's certificate"));
        } catch (SSLPeerUnverifiedException | CertificateParsingException | InvalidNameException e) {
            return Option.apply(e);
        }
    }

    /** The common name and the DNS names. */
    private static Set<String> names(X509Certificate certificate)
            throws CertificateParsingException, InvalidNameException {
        Set<String> names = new HashSet<>();
        new LdapName(certificate.getSubjectX500Principal().getName())
                .getRdns().stream()
                        .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                        .forEach(rdn -> names.add(rdn.getValue().toString()));
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.stream()
                    .filter(name -> name.get(0).equals(DNS_NAME))
                    .forEach(name -> names.add(String.valueOf(name.get(1))));
        }
        return names;
    }
}
