package io.rebalancer.playground;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A real PostgreSQL that can be killed and started again with what it had stored. */
final class CrashingPostgres implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    CrashingPostgres(Path data) throws IOException {
        this.data = data;
        this.server = builder().start();
        this.port = server.getPort();
    }

    private EmbeddedPostgres.Builder builder() {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                // As in production: without them a killed server has lost what it said it had stored.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100");
    }

    String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres";
    }

    /** Ends the server with SIGKILL: its connections break in the middle of whatever they do. */
    void kill() throws Exception {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        Signals.send("KILL", Long.parseLong(pid.strip()));
        Signals.awaitGone(Long.parseLong(pid.strip()));
    }

    void startAgain() throws IOException {
        Files.deleteIfExists(data.resolve("epg-lock"));
        server = builder().setPort(port).start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
