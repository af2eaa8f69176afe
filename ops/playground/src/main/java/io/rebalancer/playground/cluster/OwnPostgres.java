package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A PostgreSQL of the playground's own, for managers that share a journal when nobody named a database. */
public final class OwnPostgres {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private OwnPostgres() {}

    /** Starts one that keeps its data in {@code directory}, as durable as in production; it ends with this process. */
    public static ClusterLayout.SharedJournal start(Path directory) throws PlaygroundFault {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setPGStartupWait(TIMEOUT)
                    .start();
            return new ClusterLayout.SharedJournal(
                    "jdbc:postgresql://localhost:" + server.getPort() + "/postgres", "postgres");
        } catch (IOException | IllegalStateException e) {
            throw new PlaygroundFault("PostgreSQL can't be started in " + directory + " (" + e.getMessage()
                    + "); start one yourself and name it with --journal-url");
        }
    }
}
