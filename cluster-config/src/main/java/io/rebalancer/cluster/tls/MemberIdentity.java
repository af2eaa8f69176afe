package io.rebalancer.cluster.tls;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The TLS certificate of this member, one for each actor system: what connections present is also what signs and verifies
 * orders. The files are read again at a fixed interval, on a thread that may block.
 */
public final class MemberIdentity implements Extension {
    private static final Id ID = new Id();
    private static final String BLOCKING = "pekko.actor.default-blocking-io-dispatcher";

    private final ReplaceableIdentity files;

    private static final class Id extends AbstractExtensionId<MemberIdentity> {
        @Override
        public MemberIdentity createExtension(ExtendedActorSystem system) {
            return new MemberIdentity(system);
        }
    }

    /**
     * The identity of a member with TLS.
     *
     * @throws IllegalArgumentException if a file can't be used; the message names it
     */
    public static MemberIdentity get(ActorSystem system) {
        return ID.get(system);
    }

    private MemberIdentity(ExtendedActorSystem system) {
        Config settings = system.settings().config().getConfig(PemSslEngineProvider.SETTINGS);
        this.files = new ReplaceableIdentity(
                Path.of(settings.getString("certificate")),
                Path.of(settings.getString("key")),
                Path.of(settings.getString("authority")));
        Duration reload = settings.getDuration("reload");
        system.scheduler()
                .scheduleWithFixedDelay(
                        reload, reload, files::reload, system.dispatchers().lookup(BLOCKING));
    }

    /** The files as they were read last. */
    public PemIdentity current() {
        return files.current();
    }
}
