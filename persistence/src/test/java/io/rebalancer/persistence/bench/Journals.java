package io.rebalancer.persistence.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.h2.store.fs.FilePath;

/** The measured journals. All but the one in memory, which is the upper limit, force an event before they acknowledge it. */
enum Journals {
    /** The embedded log. */
    LOG("embedded log") {
        @Override
        Config config(Path directory) {
            return ConfigFactory.parseMap(Map.of("rebalancer.log.directory", directory.toString()))
                    .withFallback(ConfigFactory.parseResources("embedded-log.conf"));
        }
    },
    /** Pekko's journal in memory. It serializes events as every other journal does, so it shows the limit of the framework. */
    MEMORY("in memory") {
        @Override
        Config config(Path directory) {
            return ConfigFactory.parseString("pekko.persistence {\n"
                    + "journal { plugin = \"pekko.persistence.journal.inmem\", inmem.test-serialization = on }\n"
                    + "snapshot-store.plugin = \"pekko.persistence.snapshot-store.local\" }");
        }
    },
    /** H2 with every write forced. Without that, H2 acknowledges a commit before it forces it. */
    H2("durable H2") {
        @Override
        Config config(Path directory) throws IOException, SQLException {
            FilePath.register(new ForcedFilePath());
            String url = "jdbc:h2:" + ForcedFilePath.SCHEME + ":" + directory.resolve("h2") + ";WRITE_DELAY=0";
            run(url, resource("/schema/h2/h2-create-schema.sql"));
            return jdbc("H2", url, "org.h2.Driver", "", "", 4);
        }
    },
    /** SQLite with a write-ahead log, forced at each commit. */
    SQLITE("SQLite") {
        @Override
        Config config(Path directory) throws SQLException {
            String url = "jdbc:sqlite:" + directory.resolve("journal.sqlite")
                    + "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000";
            run(url, SQLITE_SCHEMA);
            return jdbc("SQLite", url, "org.sqlite.JDBC", "", "", 1);
        }
    },
    /** PostgreSQL, forced at each commit. */
    POSTGRES("PostgreSQL") {
        private EmbeddedPostgres server;

        @Override
        Config config(Path directory) throws IOException, SQLException {
            server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .start();
            String url = server.getJdbcUrl("postgres", "postgres") + "&reWriteBatchedInserts=true";
            requireForces(url);
            run(url, resource("/schema/postgres/postgres-create-schema.sql").replace("CONCURRENTLY ", ""));
            return jdbc("Postgres", url, "org.postgresql.Driver", "postgres", "postgres", 8);
        }

        @Override
        void close() throws IOException {
            server.close();
        }
    };

    private static final String SQLITE_SCHEMA = """
            create table event_journal (
              ordering integer primary key autoincrement,
              deleted boolean not null default false,
              persistence_id text not null,
              sequence_number bigint not null,
              writer text not null,
              write_timestamp bigint not null,
              adapter_manifest text not null,
              event_payload blob not null,
              event_ser_id integer not null,
              event_ser_manifest text not null,
              meta_payload blob,
              meta_ser_id integer,
              meta_ser_manifest text,
              unique (persistence_id, sequence_number));
            create table event_tag (event_id bigint, persistence_id text, sequence_number bigint, tag text not null);
            create table snapshot (
              persistence_id text not null,
              sequence_number bigint not null,
              created bigint not null,
              snapshot_ser_id integer not null,
              snapshot_ser_manifest text not null,
              snapshot_payload blob not null,
              meta_ser_id integer,
              meta_ser_manifest text,
              meta_payload blob,
              primary key (persistence_id, sequence_number));
            """;

    private final String title;

    Journals(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Settings of an actor system on this journal. Also starts the database and creates its tables. */
    abstract Config config(Path directory) throws IOException, SQLException;

    /** Stops what {@link #config} started. */
    void close() throws IOException {
        // Most journals start nothing.
    }

    private static Config jdbc(String profile, String url, String driver, String user, String password, int threads) {
        return ConfigFactory.parseMap(Map.of(
                        "pekko-persistence-jdbc.shared-databases.slick.profile", "slick.jdbc." + profile + "Profile$",
                        "pekko-persistence-jdbc.shared-databases.slick.db.url", url,
                        "pekko-persistence-jdbc.shared-databases.slick.db.driver", driver,
                        "pekko-persistence-jdbc.shared-databases.slick.db.user", user,
                        "pekko-persistence-jdbc.shared-databases.slick.db.password", password,
                        "pekko-persistence-jdbc.shared-databases.slick.db.numThreads", threads,
                        "pekko-persistence-jdbc.shared-databases.slick.db.maxConnections", threads,
                        "pekko-persistence-jdbc.shared-databases.slick.db.minConnections", 1))
                .withFallback(ConfigFactory.parseString("""
                        pekko.persistence.journal.plugin = "jdbc-journal"
                        pekko.persistence.snapshot-store.plugin = "jdbc-snapshot-store"
                        jdbc-journal.use-shared-db = "slick"
                        jdbc-snapshot-store.use-shared-db = "slick"
                        """));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Journals.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no " + name + " in persistence-jdbc");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void run(String url, String statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String each : statements.split(";")) {
                if (!each.isBlank()) {
                    statement.execute(each);
                }
            }
        }
    }

    private static void requireForces(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select current_setting('fsync') || current_setting('synchronous_commit')")) {
            row.next();
            if (!row.getString(1).equals("onon")) {
                throw new SQLException("this PostgreSQL does not force its commits");
            }
        }
    }
}
