package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogException;
import io.rebalancer.persistence.log.LogSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalLong;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of one actor system. It is opened on first use, and closed after the system has terminated. */
public final class LogExtension implements Extension {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogExtension.class);
    private static final Id ID = new Id();

    private final EventLog log;
    private final Path directory;

    private static final class Id extends AbstractExtensionId<LogExtension> {
        @Override
        public LogExtension createExtension(ExtendedActorSystem system) {
            return new LogExtension(system);
        }
    }

    /** The extension of {@code system}. */
    public static LogExtension get(ActorSystem system) {
        return ID.get(system);
    }

    private LogExtension(ExtendedActorSystem system) {
        Config config = system.settings().config().getConfig("rebalancer.log");
        directory = Path.of(config.getString("directory"));
        try {
            LogMetrics metrics = new LogMetrics();
            log = EventLog.open(
                    directory.resolve("log"),
                    settings(config),
                    Clock.systemUTC(),
                    metrics,
                    Futures.batching(system.dispatchers().lookup(Dispatchers.LOG_JOURNAL)));
            metrics.register(log);
        } catch (IOException e) {
            throw new UncheckedIOException("the log in " + directory + " can't be opened: " + e.getMessage(), e);
        }
        EventLog.Status status = log.status();
        LOGGER.info(
                "log={} opened: events={} segments={} bytes={} torn-bytes-cut={} opened-in={}",
                directory,
                status.events(),
                status.segments(),
                status.bytes(),
                status.tornBytes(),
                status.recovery());
        log.whenFailed().thenAccept(failure -> stop(system, failure));
        system.registerOnTermination(this::close);
    }

    /** Stops the node: it is unknown what the disk holds, and only recovery at the next start can find out. */
    private void stop(ExtendedActorSystem system, LogException failure) {
        LOGGER.error("log={} failed, stopping this node: {}", directory, failure.getMessage(), failure);
        CoordinatedShutdown.get(system)
                .runAll(new JournalFailed())
                .whenComplete(
                        (done, shutdownFailure) -> LOGGER.info("log={} node stopped after the failure", directory));
    }

    private static LogSettings settings(Config config) {
        Config retention = config.getConfig("retention");
        String maxLag = retention.getString("max-cursor-lag");
        return new LogSettings(
                Math.toIntExact(config.getBytes("segment-bytes")),
                Math.toIntExact(config.getBytes("max-batch-bytes")),
                Math.toIntExact(config.getBytes("max-frame-bytes")),
                Math.toIntExact(config.getBytes("ahead-bytes")),
                new LogSettings.Queue(
                        config.getBytes("queue-bytes"),
                        config.getInt("queue-entries"),
                        config.getDuration("queue-max-age")),
                new LogSettings.Force(config.getDuration("force-throttle-after"), config.getDuration("force-deadline")),
                config.getBytes("low-water"),
                new LogSettings.Retention(
                        retention.getInt("keep-segments"),
                        retention.getDuration("min-age"),
                        retention.getBytes("cursor-lag-alarm"),
                        maxLag.equals("off")
                                ? OptionalLong.empty()
                                : OptionalLong.of(retention.getBytes("max-cursor-lag")),
                        retention.getDuration("cursor-expiry"),
                        retention.getInt("compact-below-percent")),
                config.getBoolean("verify-on-open"));
    }

    private void close() {
        try {
            log.close();
        } catch (IOException e) {
            LOGGER.warn("log={} could not be closed: {}", directory, e.toString());
        }
    }

    EventLog log() {
        return log;
    }

    Path directory() {
        return directory;
    }
}
