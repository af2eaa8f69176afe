package io.rebalancer.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.persistence.log.LogException;
import io.rebalancer.persistence.plugin.LogExtension;
import io.rebalancer.persistence.plugin.LogReadJournal;
import io.rebalancer.persistence.readside.ReadSide;
import io.rebalancer.persistence.readside.ReadSidePool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * Journal and snapshot store in a directory of this machine, with nothing to install: the embedded log. What is
 * acknowledged is on the disk.
 */
public final class EmbeddedJournal implements Journal {
    private static final String EARLIER = "journal.mv.db";

    private final Path directory;

    /** @param directory of nobody else; made if need be */
    public EmbeddedJournal(Path directory) {
        this.directory = directory;
    }

    /** @throws IOException naming the directory, if it can't be made or written to, or has an earlier journal in it */
    @Override
    public Config applyTo(Config root) throws IOException {
        Path absolute = directory.toAbsolutePath();
        try {
            Files.createDirectories(absolute);
        } catch (IOException e) {
            throw new IOException("journal directory " + absolute + " can't be made: " + e, e);
        }
        if (!Files.isWritable(absolute)) {
            throw new IOException("journal directory " + absolute + " can't be written to");
        }
        if (Files.exists(absolute.resolve(EARLIER))) {
            throw new IOException("journal directory " + absolute + " has the journal of an earlier build (" + EARLIER
                    + "), which this one does not read; let its jobs end with that build, then move the file away");
        }
        return ConfigFactory.parseMap(Map.of("rebalancer.log.directory", absolute.toString()))
                .withFallback(ConfigFactory.parseResources(EmbeddedJournal.class.getClassLoader(), "embedded-log.conf"))
                .withFallback(root)
                .resolve();
    }

    @Override
    public JournalReader reader(ActorSystem<?> system) {
        return JournalReader.of(new LogReadJournal(system.classicSystem()));
    }

    @Override
    public ReadSide readSide(ActorSystem<?> system) {
        return ReadSidePool.open(directory, system);
    }

    @Override
    public void clearReadSide() {
        ReadSidePool.clear(directory);
    }

    /** Opens the log. */
    @Override
    public CompletionStage<Done> prepare(ActorSystem<?> system) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        LogExtension.get(system.classicSystem());
                        return Done.getInstance();
                    } catch (LogException | UncheckedIOException e) {
                        throw new SettingsFault("journal: " + e.getMessage());
                    }
                },
                system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.log.dispatcher")));
    }
}
