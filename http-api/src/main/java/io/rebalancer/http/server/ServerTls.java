package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.ListenerTls;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.text.OneLine;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import kamon.Kamon;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TLS of a listener. It reads its files again from time to time; connections that are open keep what they have. */
final class ServerTls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String BLOCKING = "pekko.actor.default-blocking-io-dispatcher";
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerTls.class);

    private static final AtomicLong FAILURES = new AtomicLong();

    private final ListenerTls settings;
    private volatile PemIdentity identity;

    private ServerTls(ListenerTls settings) {
        this.settings = settings;
        this.identity = read(settings);
    }

    /** @throws SettingsFault if the files can't be used */
    static HttpsConnectionContext start(ActorSystem<?> system, ListenerTls settings) {
        ServerTls tls = new ServerTls(settings);
        system.scheduler()
                .scheduleWithFixedDelay(
                        settings.reload(),
                        settings.reload(),
                        tls::reload,
                        system.dispatchers().lookup(DispatcherSelector.fromConfig(BLOCKING)));
        return ConnectionContext.httpsServer(tls::engine);
    }

    private static PemIdentity read(ListenerTls settings) {
        try {
            return PemIdentity.read(settings.certificate(), settings.key());
        } catch (IllegalArgumentException e) {
            throw new SettingsFault("http." + OneLine.of(e));
        }
    }

    /** Files that can't be used, perhaps because one of them is replaced already and the other is not, change nothing. */
    private void reload() {
        try {
            PemIdentity read = PemIdentity.read(settings.certificate(), settings.key());
            if (!read.isSame(identity)) {
                identity = read;
                LOGGER.info("new connections use the certificate that is now in {}", settings.certificate());
            }
        } catch (RuntimeException e) {
            FAILURES.incrementAndGet();
            Kamon.counter("rebalancer.http.tls-reload-failures").withoutTags().increment();
            LOGGER.warn("the certificate is not replaced: {}; the one of before stays in use", OneLine.of(e));
        }
    }

    /** Reloads that failed in this process. */
    static long failures() {
        return FAILURES.get();
    }

    private SSLEngine engine() {
        SSLEngine engine = identity.context().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }
}
