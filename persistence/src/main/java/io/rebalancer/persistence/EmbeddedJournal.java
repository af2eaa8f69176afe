package io.rebalancer.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.jdbc.testkit.javadsl.SchemaUtils;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;

/**
 * Journal and snapshot store in a file of this machine, with nothing to install: JDBC on H2. Every commit reaches the
 * operating system before it is acknowledged, so a killed process loses nothing; H2 does not force it to the disk, so a
 * power cut may (the embedded log takes its place later).
 */
public final class EmbeddedJournal {

    private EmbeddedJournal() {}

    /**
     * {@code root} with the journal in {@code directory}.
     *
     * @throws IOException naming the directory, if it can't be made or written to
     */
    public static Config applyTo(Config root, Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        try {
            Files.createDirectories(absolute);
        } catch (IOException e) {
            throw new IOException("journal directory " + absolute + " can't be made: " + e, e);
        }
        if (!Files.isWritable(absolute)) {
            throw new IOException("journal directory " + absolute + " can't be written to");
        }
        String url = "jdbc:h2:file:" + absolute.resolve("journal") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
        return ConfigFactory.parseMap(Map.of("pekko-persistence-jdbc.shared-databases.slick.db.url", url))
                .withFallback(ConfigFactory.parseResources("embedded-journal.conf"))
                .withFallback(root)
                .resolve();
    }

    /** Reads events back in their order, as they are stored. */
    public static EventsByPersistenceIdQuery reader(ActorSystem<?> system) {
        return PersistenceQuery.get(system).getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier());
    }

    /** Makes the tables that are missing; to be awaited before the first persistent actor starts. */
    public static CompletionStage<Done> prepare(ActorSystem<?> system) {
        return SchemaUtils.createIfNotExists(system);
    }
}
