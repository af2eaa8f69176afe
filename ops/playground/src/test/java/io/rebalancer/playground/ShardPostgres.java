package io.rebalancer.playground;

import static org.awaitility.Awaitility.await;

import io.rebalancer.playground.cluster.FreePorts;
import io.rebalancer.playground.moray.MorayTable;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real PostgreSQL with one database for each metadata shard, and a second server with a copy of its files. The copy is a
 * clone, or a replica that streams from the first server.
 */
final class ShardPostgres implements AutoCloseable {
    private static final String USER = "postgres";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** Files of a running server that belong to its process. */
    private static final Set<String> OWN_FILES = Set.of("postmaster.pid", "postmaster.opts", "epg-lock");

    private final Path directory;
    private final int shards;
    private final int copyPort;
    private final EmbeddedPostgres primary;
    private final List<EmbeddedPostgres> copies = new ArrayList<>();

    /** Starts the first server. The second has an address, but does not run yet. */
    ShardPostgres(Path directory, int shards) throws Exception {
        this.directory = directory;
        this.shards = shards;
        this.copyPort = FreePorts.find(1).get(0);
        this.primary = server(directory.resolve("primary")).start();
        for (int shard = 1; shard <= shards; shard++) {
            onPrimary("CREATE DATABASE shard_" + shard);
        }
    }

    private static EmbeddedPostgres.Builder server(Path data) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(TIMEOUT);
    }

    /** The tables of the shards, on the first server. */
    ShardTables tables() {
        return shard -> MorayTable.onPostgres(url(primary.getPort(), "shard_" + shard), USER);
    }

    /** Settings of a manager that scans the second server. */
    Map<String, Object> scanSettings() {
        return Map.of(
                "rebalancer.manager.scan-with",
                "postgres",
                "rebalancer.manager.postgres.user",
                USER,
                "rebalancer.manager.postgres.shards",
                IntStream.rangeClosed(1, shards)
                        .mapToObj(shard -> Map.of("number", shard, "url", url(copyPort, "shard_" + shard)))
                        .toList());
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://localhost:" + port + "/" + database;
    }

    /** Starts the second server as a clone with the rows of now. */
    void startFrozenClone() throws Exception {
        Path copy = directory.resolve("clone");
        copyFiles(copy);
        copies.add(server(copy).setPort(copyPort).start());
    }

    /** Starts the second server as a replica, and pauses its replay once it has the rows of now. */
    void startPausedReplica() throws Exception {
        Path copy = directory.resolve("replica");
        copyFiles(copy);
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + primary.getPort() + " user=" + USER + "'\n",
                StandardOpenOption.APPEND);
        copies.add(server(copy).setPort(copyPort).start());
        String now = onPrimary("SELECT pg_current_wal_lsn()");
        awaitOnCopy("SELECT pg_last_wal_replay_lsn() >= '" + now + "'::pg_lsn", "t");
        onCopy("SELECT pg_wal_replay_pause()");
        awaitOnCopy("SELECT pg_get_wal_replay_pause_state()", "paused");
    }

    /** Waits until the replica has received what the primary has written up to now, and has replayed none of it. */
    void awaitReceivedAndNotReplayed() throws SQLException {
        String now = onPrimary("SELECT pg_current_wal_flush_lsn()");
        awaitOnCopy(
                "SELECT pg_is_in_recovery() AND pg_last_wal_receive_lsn() >= '" + now
                        + "'::pg_lsn AND pg_last_wal_replay_lsn() < '" + now + "'::pg_lsn",
                "t");
    }

    /** The number of rows of a shard, on the second server, whose value contains {@code text}. */
    long rowsOnCopy(int shard, String text) throws SQLException {
        return Long.parseLong(query(
                url(copyPort, "shard_" + shard),
                "SELECT count(*) FROM manta WHERE type = 'object' AND strpos(_value, '" + text + "') > 0"));
    }

    /** A base backup: the files of the running server, and the log that makes them consistent. */
    private void copyFiles(Path copy) throws Exception {
        Path data = directory.resolve("primary");
        try (Connection session = DriverManager.getConnection(url(primary.getPort(), USER), USER, "");
                Statement statement = session.createStatement()) {
            statement.execute("SELECT pg_backup_start('copy', true)");
            copyTree(data, copy, path -> !path.startsWith("pg_wal") || Files.isDirectory(data.resolve(path)));
            try (ResultSet stopped = statement.executeQuery("SELECT labelfile FROM pg_backup_stop()")) {
                stopped.next();
                Files.writeString(copy.resolve("backup_label"), stopped.getString(1));
            }
        }
        copyTree(data, copy, path -> path.startsWith("pg_wal"));
    }

    private interface Selection {
        boolean includes(Path relative);
    }

    private static void copyTree(Path from, Path to, Selection selection) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path relative = from.relativize(path);
                Path target = to.resolve(relative);
                if (!OWN_FILES.contains(relative.toString())
                        && selection.includes(relative)
                        && !(Files.isDirectory(path) && Files.exists(target))) {
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private void awaitOnCopy(String sql, String value) {
        await().atMost(TIMEOUT).until(() -> onCopy(sql).equals(value));
    }

    private String onPrimary(String sql) throws SQLException {
        return query(url(primary.getPort(), USER), sql);
    }

    private String onCopy(String sql) throws SQLException {
        return query(url(copyPort, USER), sql);
    }

    /** The first cell of the result; empty if there is none. */
    private static String query(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, USER, "");
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? String.valueOf(rows.getString(1)) : "";
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (EmbeddedPostgres copy : copies) {
            copy.close();
        }
        primary.close();
    }
}
