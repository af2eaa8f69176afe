package io.rebalancer.manager.metadata;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.TierUnavailable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans shards by reading the tables behind Moray directly, ordered by key: on the primary, on a replica or on a clone
 * (manta.md 6.3, 6.5). Uses read-only transactions and a server-side cursor, and keeps only rows that mention the leaving
 * node, so memory does not grow with the shard.
 */
public final class PostgresScan implements RecordScan {
    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresScan.class);
    private static final String NEXT_ROWS =
            "SELECT _key, _etag, _value FROM manta WHERE type = 'object' AND _key > ? ORDER BY _key";
    /** Classes of SQLSTATE that may be transient: connection, resources, operator, system, rolled back. */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "55", "57", "58");

    private final SortedMap<Integer, String> urls;
    private final Access access;
    private final Executor blocking;
    private final Supplier<List<String>> excluded;

    /**
     * Access to the databases.
     *
     * @param user needs only the right to read the table
     * @param password empty text if the database requires none
     * @param fetchRows rows per fetch and per chunk
     * @param longestSnapshot maximum duration of a transaction; while it runs, a primary can't vacuum the rows behind it
     */
    public record Access(String user, String password, int fetchRows, Duration longestSnapshot) {}

    /**
     * @param urls JDBC URL of each shard's database, by shard number
     * @param blocking runs the JDBC calls; each read occupies a thread
     * @param excluded records whose key contains one of these texts are not moved; read for every chunk
     */
    public PostgresScan(Map<Integer, String> urls, Access access, Executor blocking, Supplier<List<String>> excluded) {
        this.urls = new TreeMap<>(urls);
        this.access = access;
        this.blocking = blocking;
        this.excluded = excluded;
    }

    @Override
    public List<Integer> shards() {
        return List.copyOf(urls.keySet());
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        String url = urls.get(shard);
        if (url == null) {
            throw new IllegalArgumentException("no database for metadata shard " + shard);
        }
        ScanPosition start = from.column() == ScanColumn.KEY ? from : new ScanPosition(ScanColumn.KEY, 0, "", 0);
        return new Cursor(shard, url, leaving, start);
    }

    /** An open transaction with its cursor. */
    private record Snapshot(Connection connection, PreparedStatement statement, ResultSet rows, long startNanos) {}

    private final class Cursor implements ShardCursor {
        private final int shard;
        private final String url;
        private final StorageNodeId leaving;
        private ScanPosition position;
        private Optional<Snapshot> snapshot = Optional.empty();
        private boolean closed;

        Cursor(int shard, String url, StorageNodeId leaving, ScanPosition from) {
            this.shard = shard;
            this.url = url;
            this.leaving = leaving;
            this.position = from;
        }

        @Override
        public CompletionStage<Chunk> next() {
            return CompletableFuture.supplyAsync(this::read, blocking);
        }

        private synchronized Chunk read() {
            if (closed) {
                throw new CompletionException(new IllegalStateException("the scan of shard " + shard + " is closed"));
            }
            try {
                return readRows(current());
            } catch (SQLException e) {
                end();
                throw new CompletionException(classified(e));
            }
        }

        private Chunk readRows(Snapshot from) throws SQLException {
            ScannedRows found = new ScannedRows(shard, leaving, excluded.get());
            String lastKey = position.afterKey();
            int read = 0;
            boolean more = true;
            while (read < access.fetchRows() && more) {
                more = from.rows().next();
                if (more) {
                    lastKey = from.rows().getString(1);
                    found.add(lastKey, from.rows().getString(2), from.rows().getString(3));
                    read++;
                }
            }
            position = new ScanPosition(
                    ScanColumn.KEY, position.nextId() + read, lastKey, position.excluded() + found.excluded());
            if (!more) {
                end();
            }
            return new Chunk(found.rows(), position, !more);
        }

        private Snapshot current() throws SQLException {
            boolean expired = snapshot.filter(each -> System.nanoTime() - each.startNanos()
                            > access.longestSnapshot().toNanos())
                    .isPresent();
            if (expired) {
                end();
            }
            if (snapshot.isEmpty()) {
                snapshot = Optional.of(begin());
            }
            return snapshot.get();
        }

        private Snapshot begin() throws SQLException {
            Connection connection = DriverManager.getConnection(url, properties());
            try {
                connection.setReadOnly(true);
                // The driver uses a server-side cursor only inside a transaction.
                connection.setAutoCommit(false);
                PreparedStatement statement =
                        connection.prepareStatement(NEXT_ROWS, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
                statement.setFetchSize(access.fetchRows());
                statement.setString(1, position.afterKey());
                return new Snapshot(connection, statement, statement.executeQuery(), System.nanoTime());
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }

        private Properties properties() {
            Properties properties = new Properties();
            properties.setProperty("user", access.user());
            if (!access.password().isEmpty()) {
                properties.setProperty("password", access.password());
            }
            properties.setProperty("ApplicationName", "rebalancer scan of shard " + shard);
            properties.setProperty("connectTimeout", "10");
            properties.setProperty("socketTimeout", "120");
            properties.setProperty("tcpKeepAlive", "true");
            return properties;
        }

        private Exception classified(SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            String where = "database of metadata shard " + shard + " (" + url.replaceFirst("\\?.*", "") + "): "
                    + e.getMessage();
            return state.length() == 5 && TRANSIENT.contains(state.substring(0, 2))
                    ? new TierUnavailable(where, e)
                    : new IllegalStateException(where, e);
        }

        private void end() {
            snapshot.ifPresent(each -> {
                try {
                    each.connection().close();
                } catch (SQLException e) {
                    LOGGER.debug("shard={} closing the scan connection failed: {}", shard, e.getMessage());
                }
            });
            snapshot = Optional.empty();
        }

        @Override
        public void close() {
            blocking.execute(this::stop);
        }

        private synchronized void stop() {
            closed = true;
            end();
        }
    }
}
