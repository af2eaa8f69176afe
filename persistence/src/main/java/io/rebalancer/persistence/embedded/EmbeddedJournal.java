package io.rebalancer.persistence.embedded;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.persistence.journal.DeletionSetting;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.log.LogException;
import io.rebalancer.persistence.plugin.LogEventDeletion;
import io.rebalancer.persistence.plugin.LogExtension;
import io.rebalancer.persistence.plugin.LogReadJournal;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.EventDeletion;
import io.rebalancer.persistence.readside.ReadSide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;

/** Journal and snapshot store in the embedded log of one directory. An acknowledged event is durable. */
public final class EmbeddedJournal implements Journal {
    /** The file of a journal in H2, which builds before the embedded log used (decision 11). */
    private static final String H2_JOURNAL = "journal.mv.db";

    private final Path directory;

    /** The log's plugin knows no tables, so it knows no interface of the read side. */
    private record Deletion(LogEventDeletion log) implements EventDeletion {
        @Override
        public CompletionStage<Long> neededAfter(String persistenceId) {
            return log.neededAfter(persistenceId);
        }

        @Override
        public CompletionStage<Long> deleteTo(String persistenceId, long to) {
            return log.deleteTo(persistenceId, to);
        }
    }

    /** @param directory exclusive to this journal; created if absent */
    public EmbeddedJournal(Path directory) {
        this.directory = directory;
    }

    /** @throws IOException if the directory can't be created or written to, or contains an H2 journal */
    @Override
    public Config applyTo(Config root) throws IOException {
        Path absolute = directory.toAbsolutePath();
        try {
            Files.createDirectories(absolute);
        } catch (IOException e) {
            throw new IOException("journal directory " + absolute + " can't be created: " + e, e);
        }
        if (!Files.isWritable(absolute)) {
            throw new IOException("journal directory " + absolute + " is not writable");
        }
        if (Files.exists(absolute.resolve(H2_JOURNAL))) {
            throw new IOException("journal directory " + absolute + " contains the journal of an earlier build ("
                    + H2_JOURNAL + "), which this build cannot read; finish its jobs with that build, then move the"
                    + " file away");
        }
        return ConfigFactory.parseMap(Map.of("rebalancer.log.directory", absolute.toString()))
                // Before the file, which has the defaults of the log, and must win over Pekko's.
                .withFallback(root.withOnlyPath("rebalancer.log"))
                .withFallback(ConfigFactory.parseResources(EmbeddedJournal.class.getClassLoader(), "embedded-log.conf"))
                .withFallback(root)
                .resolve();
    }

    @Override
    public JournalReader reader(ActorSystem<?> system) {
        return JournalReader.of(new LogReadJournal(system.classicSystem())).withSnapshotsOf(system);
    }

    @Override
    public ReadSide readSide(ActorSystem<?> system) {
        ReadSide readSide = new ReadSideFile(directory).open(system);
        // Not by default: the tables can be written again from the log, and the log would hardly get smaller.
        return DeletionSetting.isOn(system, false)
                ? readSide.deletingEvents(new Deletion(new LogEventDeletion(system)))
                : readSide;
    }

    @Override
    public int clearReadSide() {
        return new ReadSideFile(directory).clear();
    }

    /** Opens the log. */
    @Override
    public CompletionStage<Done> prepare(ActorSystem<?> system) {
        return BlockingExecutor.on(system, Dispatchers.LOG).run(() -> {
            try {
                LogExtension.get(system.classicSystem());
                return Done.getInstance();
            } catch (LogException | UncheckedIOException e) {
                throw new SettingsFault("journal: " + e.getMessage());
            }
        });
    }
}
