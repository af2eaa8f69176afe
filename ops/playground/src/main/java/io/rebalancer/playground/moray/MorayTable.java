package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcConnectionPool;

/** The buckets of one simulated Moray shard, each a table of a real SQL database (manta.md 6.5, 7.6, 7.7). */
public final class MorayTable implements AutoCloseable {
    private static final String OPTIONS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000";
    private static final String OWNER = "moray";
    private static final String READER = "reader";
    private static final int ATTEMPTS = 20;

    // Held open for as long as the table: an in-memory database ends with its last connection.
    private final Connection keeper;
    private final JdbcConnectionPool writers;
    private final JdbcConnectionPool readers;

    private MorayTable(String url, Connection keeper) {
        this.keeper = keeper;
        this.writers = JdbcConnectionPool.create(url, OWNER, "");
        this.readers = JdbcConnectionPool.create(url, READER, "");
    }

    /** Opens, and if need be creates, the shard at an H2 URL; the dialect options are added here. */
    public static MorayTable open(String jdbcUrl) throws SQLException {
        String url = jdbcUrl + OPTIONS;
        Connection keeper = DriverManager.getConnection(url, OWNER, "");
        try (Statement statement = keeper.createStatement()) {
            for (Bucket bucket : Bucket.values()) {
                for (String text : bucket.schema()) {
                    statement.execute(text);
                }
            }
            // The sql call runs as a user that may only select, so the engine itself refuses any write.
            statement.execute("CREATE USER IF NOT EXISTS " + READER + " PASSWORD ''");
            statement.execute("GRANT SELECT ON SCHEMA public TO " + READER);
        } catch (SQLException e) {
            keeper.close();
            throw e;
        }
        return new MorayTable(url, keeper);
    }

    /** A shard that lives in memory until it is closed; equal names within one process share it. */
    public static MorayTable inMemory(String name) throws SQLException {
        return open("jdbc:h2:mem:" + name);
    }

    /** {@code getObject}: the row, or empty (manta.md 7.6). */
    public Optional<MorayObject> get(String bucket, String key) throws SQLException {
        Bucket table = Bucket.named(bucket);
        return inTransaction(connection -> Rows.read(connection, table, key));
    }

    /** {@code putObject}: the new etag; throws {@link EtagConflict} and writes nothing (manta.md 7.7). */
    public String put(String bucket, String key, ObjectNode value, EtagCondition condition) throws SQLException {
        return putAll(List.of(new MorayPut(bucket, key, value, condition))).get(0);
    }

    /** {@code batch}: all puts in one transaction, or none of them; the etags in order (manta.md 7.6). */
    public List<String> putAll(List<MorayPut> puts) throws SQLException {
        return inTransaction(connection -> {
            List<String> etags = new ArrayList<>();
            for (MorayPut put : puts) {
                etags.add(Rows.put(connection, put));
            }
            return List.copyOf(etags);
        });
    }

    /** {@code delObject}: whether there was a row; the condition is checked as in a put (manta.md 7.7). */
    public boolean delete(String bucket, String key, EtagCondition condition) throws SQLException {
        Bucket table = Bucket.named(bucket);
        return inTransaction(connection -> Rows.delete(connection, table, key, condition));
    }

    /** {@code findObjects}: at most {@code limit} rows whose value matches, oldest id first (manta.md 7.6). */
    public List<MorayObject> find(String bucket, Filter filter, int limit) throws SQLException {
        Bucket table = Bucket.named(bucket);
        String text = "SELECT * FROM " + table.table() + " ORDER BY COALESCE(_id, _idx)";
        try (Connection connection = readers.getConnection();
                PreparedStatement select = connection.prepareStatement(text);
                ResultSet rows = select.executeQuery()) {
            List<MorayObject> found = new ArrayList<>();
            while (found.size() < limit && rows.next()) {
                MorayObject row = Rows.object(table, rows);
                if (filter.matches(row.value())) {
                    found.add(row);
                }
            }
            return List.copyOf(found);
        }
    }

    /** {@code sql}: raw rows of a read-only query; {@link QueryRefused} for anything else (manta.md 7.6). */
    public List<ObjectNode> sql(String statement, List<? extends JsonNode> values) throws SQLException {
        try (Connection connection = readers.getConnection()) {
            return RawQuery.run(connection, statement, values);
        }
    }

    @Override
    public void close() throws SQLException {
        readers.dispose();
        writers.dispose();
        keeper.close();
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = writers.getConnection()) {
                connection.setAutoCommit(false);
                try {
                    T result = work.run(connection);
                    connection.commit();
                    return result;
                } catch (SQLException | RuntimeException e) {
                    connection.rollback();
                    throw e;
                }
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !lostRace(e)) {
                    throw e;
                }
            }
        }
    }

    /** No lock covers a row that is not there yet, so of two inserts one fails: run again, it sees the row. */
    private static boolean lostRace(SQLException e) {
        return e.getErrorCode() == ErrorCode.DUPLICATE_KEY_1
                || e.getErrorCode() == ErrorCode.DEADLOCK_1
                || e.getErrorCode() == ErrorCode.CONCURRENT_UPDATE_1;
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}
