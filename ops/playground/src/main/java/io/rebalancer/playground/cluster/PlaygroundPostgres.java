package io.rebalancer.playground.cluster;

import io.rebalancer.playground.console.PlaygroundFault;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Starts a PostgreSQL for managers that share a journal, if the user has given no database. */
public final class PlaygroundPostgres {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private PlaygroundPostgres() {}

    /**
     * Starts a PostgreSQL with its data in {@code directory} and the durability of production. It ends with this
     * process.
     */
    public static ClusterPlan.SharedJournal start(Path directory) throws PlaygroundFault {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setPGStartupWait(TIMEOUT)
                    .start();
            return new ClusterPlan.SharedJournal(
                    "jdbc:postgresql://localhost:" + server.getPort() + "/postgres", "postgres");
        } catch (IOException | IllegalStateException e) {
            throw new PlaygroundFault("PostgreSQL can't be started in " + directory + " (" + e.getMessage()
                    + "); start a PostgreSQL yourself and give it with --journal-url");
        }
    }
}
