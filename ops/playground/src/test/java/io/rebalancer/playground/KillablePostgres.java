package io.rebalancer.playground;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A real PostgreSQL that can be killed and restarted with its data. */
final class KillablePostgres implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    KillablePostgres(Path data) throws IOException {
        this.data = data;
        this.server = builder().start();
        this.port = server.getPort();
    }

    private EmbeddedPostgres.Builder builder() {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                // As in production: without these settings, a killed server loses acknowledged commits.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100");
    }

    String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres";
    }

    /** Ends the server with SIGKILL, which breaks its connections in the middle of a call. */
    void kill() throws Exception {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        OsProcesses.sendSignal("KILL", Long.parseLong(pid.strip()));
        OsProcesses.awaitEnd(Long.parseLong(pid.strip()));
    }

    /** Makes every new transaction read-only, or ends that. */
    void refuseWrites(boolean refuse) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set default_transaction_read_only = " + (refuse ? "on" : "off"));
            statement.execute("select pg_reload_conf()");
        }
    }

    void restart() throws IOException {
        Files.deleteIfExists(data.resolve("epg-lock"));
        server = builder().setPort(port).start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
