package io.rebalancer.persistence.readside;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.rebalancer.cluster.settings.JournalSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** New databases for tests, on one PostgreSQL server for all tests of a JVM. */
final class Databases {
    private static final int CONNECTIONS = 4;
    private static final AtomicInteger CREATED = new AtomicInteger();

    private Databases() {}

    /** Starts the server with the first database. The end of the JVM stops it. */
    private static final class Server {
        private static final EmbeddedPostgres POSTGRESQL = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** An empty database. */
    static JournalSettings.Postgresql create() throws SQLException {
        String name = "test_" + CREATED.incrementAndGet();
        try (Connection connection = Server.POSTGRESQL.getPostgresDatabase().getConnection();
                Statement create = connection.createStatement()) {
            create.execute("create database " + name);
        }
        return new JournalSettings.Postgresql(
                Server.POSTGRESQL.getJdbcUrl("postgres", name), "postgres", "postgres", CONNECTIONS, CONNECTIONS, true);
    }

    /** Connections as those of a manager. */
    static HikariDataSource pool(JournalSettings.Postgresql settings) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(CONNECTIONS);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        return new HikariDataSource(config);
    }
}
