package io.rebalancer.manager.metadata;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A real PostgreSQL with one shard's table in Moray's layout (manta.md 6.5). */
final class ShardDatabase implements AutoCloseable {
    static final String READER = "scanner";
    private static final String TABLE = """
            CREATE SEQUENCE manta_serial;
            CREATE TABLE manta (
              _id BIGINT DEFAULT nextval('manta_serial') UNIQUE, _txn_snap INTEGER, _key TEXT PRIMARY KEY,
              _value TEXT NOT NULL, _etag CHAR(8) NOT NULL, _mtime BIGINT, _vnode BIGINT,
              dirname TEXT, name TEXT, owner TEXT, objectid TEXT, type TEXT);
            CREATE USER scanner PASSWORD 'read only';
            GRANT SELECT ON manta TO scanner;
            """;

    private final EmbeddedPostgres server;

    ShardDatabase() throws IOException, SQLException {
        server = EmbeddedPostgres.start();
        run(TABLE);
    }

    String url() {
        return server.getJdbcUrl("postgres", "postgres").replaceFirst("\\?.*", "");
    }

    void run(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * The number of queries of the table so far. The server adds those of a connection when it is closed, at the latest, so no
     * scan may have a connection.
     */
    long queries() throws SQLException {
        return number("SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables"
                + " WHERE relname = 'manta'");
    }

    /** The number of connections of scans. */
    long sessions() throws SQLException {
        return number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'rebalancer scan%'");
    }

    private long number(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Locks the table against readers until the connection is rolled back. */
    Connection lockTable() throws SQLException {
        Connection connection = DriverManager.getConnection(url(), "postgres", "postgres");
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE manta IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }

    /** The plan that PostgreSQL chooses for a statement with {@code ?} as parameters, once in each mode of planning. */
    String explain(String query, String... parameters) throws SQLException {
        StringBuilder numbered = new StringBuilder(query);
        for (int i = 1; i <= parameters.length; i++) {
            int at = numbered.indexOf("?");
            numbered.replace(at, at + 1, "$" + i);
        }
        StringBuilder plans = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("PREPARE page AS " + numbered);
            for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
                statement.execute("SET plan_cache_mode = " + mode);
                plans.append(mode).append('\n');
                try (ResultSet lines =
                        statement.executeQuery("EXPLAIN EXECUTE page('" + String.join("','", parameters) + "')")) {
                    while (lines.next()) {
                        plans.append(lines.getString(1)).append('\n');
                    }
                }
            }
        }
        return plans.toString();
    }

    /**
     * Inserts objects and directories with about 1 KiB of metadata each. Every third row names {@code 1.stor.d}.
     *
     * @param rows the number of rows, numbered from 1; every hundredth is a directory
     */
    void fill(int rows) throws SQLException {
        run("""
                INSERT INTO manta (_key, _value, _etag, type)
                SELECT '/' || md5(n::text) || '/stor/' || n,
                  '{"key":"/' || md5(n::text) || '/stor/' || n || '","type":"object",'
                  || '"owner":"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10","objectId":"' || md5('o' || n)::uuid || '",'
                  || '"contentLength":5,"contentMD5":"XUFAKrxLKna5cZ2REBfFkg==","filler":"' || repeat('x', 800)
                  || '","sharks":[{"datacenter":"dc1","manta_storage_id":"' || (1 + n %% 3) || '.stor.d"},'
                  || '{"datacenter":"dc4","manta_storage_id":"4.stor.d"}]}',
                  upper(lpad(to_hex(n), 8, '0')), CASE WHEN n %% 100 = 0 THEN 'directory' ELSE 'object' END
                FROM generate_series(1, %d) n
                """.formatted(rows));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
