package io.rebalancer.manager.metadata;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
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
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans shards by reading the tables behind Moray directly, ordered by key: on the primary, on a replica or on a clone
 * (manta.md 6.3, 6.5). Each page is one short read-only statement in autocommit mode, so no transaction is open between
 * two pages. Only rows that mention a leaving node leave the database, so memory does not grow with the shard. Scans of the
 * same shard share reads, see {@link ScanGroup}.
 *
 * <p>A shard occupies at most one thread, however many scans read it. A database that hangs therefore never takes the
 * threads of the other shards.
 */
public final class PostgresScan implements RecordScan {
    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresScan.class);
    /** Classes of SQLSTATE that may be transient: connection, resources, operator, system, rolled back. */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "55", "57", "58");

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** How much longer than a statement the driver waits for a reply: the server's own timeout comes first. */
    private static final Duration REPLY_MARGIN = Duration.ofSeconds(30);

    private final SortedMap<Integer, String> urls;
    private final Map<Integer, ConcurrencyLimiter> threads;
    private final Access access;
    private final Executor blocking;
    private final Supplier<List<String>> excluded;
    private final KeptChunks keptChunks;
    private final Map<Integer, ScanGroup> groups = new ConcurrentHashMap<>();

    /**
     * Access to the databases.
     *
     * @param user needs only the right to read the table
     * @param password empty text if the database requires none
     * @param pageRows rows per page, whether or not they name the leaving node; a page is a chunk
     * @param statementTimeout the database cancels a page that takes longer; a retry then reads fewer rows
     */
    public record Access(String user, String password, int pageRows, Duration statementTimeout) {}

    /**
     * @param urls JDBC URL of each shard's database, by shard number
     * @param blocking runs the JDBC calls; at most one thread per shard is in use
     * @param excluded records whose key contains one of these texts are not moved; read for every chunk
     * @param keptChunks bounds the chunks that are kept for other scans; shared by all scans of a manager
     */
    public PostgresScan(
            Map<Integer, String> urls,
            Access access,
            Executor blocking,
            Supplier<List<String>> excluded,
            KeptChunks keptChunks) {
        this.urls = new TreeMap<>(urls);
        this.threads = urls.keySet().stream()
                .collect(Collectors.toUnmodifiableMap(shard -> shard, shard -> new ConcurrencyLimiter(() -> 1)));
        this.access = access;
        this.blocking = blocking;
        this.excluded = excluded;
        this.keptChunks = keptChunks;
    }

    /**
     * The query of one page. Its parameters are the storage ids of the leaving nodes, the key to compare with if there is one,
     * and the last key of the page before.
     *
     * <p>The page is a stretch of the primary key's index: the query has no condition besides the key, so directories
     * count as rows and no page has to skip an unknown number of them. The limit is part of the text, so the planner knows
     * it in a generic plan too. The value is null unless the row is an object that mentions one of the nodes.
     *
     * <p>An upper limit of the key would be no stretch: a generic plan expects few rows between two unknown keys, and sorts all of
     * them for each page. So the query states for each row whether the limit includes it.
     *
     * @param comparing whether the last column states if the row's key is at most another key
     */
    static String pageQuery(int rows, int nodes, boolean comparing) {
        return "SELECT _key, _etag, CASE WHEN type = 'object' AND ("
                + String.join(" OR ", Collections.nCopies(nodes, "strpos(_value, ?) > 0")) + ") THEN _value END"
                + (comparing ? ", _key <= ?" : "") + " FROM manta WHERE _key > ? ORDER BY _key LIMIT " + rows;
    }

    @Override
    public List<Integer> shards() {
        return List.copyOf(urls.keySet());
    }

    /** The URLs may lead to a primary, but this class can't know. */
    @Override
    public boolean readsPrimary() {
        return false;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        String url = urls.get(shard);
        ConcurrencyLimiter thread = threads.get(shard);
        if (url == null || thread == null) {
            throw new IllegalArgumentException("no database for metadata shard " + shard);
        }
        ScanPosition start = from.column() == ScanColumn.KEY ? from : ScanPosition.at(ScanColumn.KEY, 0);
        return groups.computeIfAbsent(shard, number -> new ScanGroup(number, excluded, keptChunks))
                .open(leaving, start, new Reader(new Database(shard, url, access), thread));
    }

    /** Where a shard's rows are, and how to reach them. */
    private record Database(int shard, String url, Access access) {

        Connection connect() throws SQLException {
            Connection connection = DriverManager.getConnection(url, properties());
            try (Statement session = connection.createStatement()) {
                long millis = access.statementTimeout().toMillis();
                session.execute("SET default_transaction_read_only = on; SET statement_timeout = " + millis
                        + "; SET idle_in_transaction_session_timeout = " + millis);
                return connection;
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
            properties.setProperty("connectTimeout", String.valueOf(CONNECT_TIMEOUT.toSeconds()));
            properties.setProperty(
                    "socketTimeout",
                    String.valueOf(access.statementTimeout().plus(REPLY_MARGIN).toSeconds()));
            properties.setProperty("tcpKeepAlive", "true");
            return properties;
        }

        Exception classified(SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            String where = "database of metadata shard " + shard + " (" + url.replaceFirst("\\?.*", "") + "): "
                    + e.getMessage();
            return state.length() == 5 && TRANSIENT.contains(state.substring(0, 2))
                    ? new TierUnavailable(where, e)
                    : new IllegalStateException(where, e);
        }
    }

    /** Its calls never overlap, because all calls to a shard share one slot. */
    private final class Reader implements ScanGroup.Reader {
        private final Database database;
        private final ConcurrencyLimiter thread;
        private Optional<Connection> connection = Optional.empty();
        private int pageRows = access.pageRows();
        private boolean closed;

        Reader(Database database, ConcurrencyLimiter thread) {
            this.database = database;
            this.thread = thread;
        }

        /** There is no highest key: a page that is not full is the last. */
        @Override
        public CompletionStage<Long> highest(ScanColumn column) {
            return CompletableFuture.completedStage(Long.MAX_VALUE);
        }

        @Override
        public CompletionStage<ScanGroup.Page> read(ScanGroup.Range range) {
            return thread.run(() -> CompletableFuture.supplyAsync(() -> readNow(range), blocking));
        }

        private ScanGroup.Page readNow(ScanGroup.Range range) {
            if (closed) {
                // A read that was decided before the scan ended must not connect after it.
                throw new CompletionException(
                        new IllegalStateException("the scan of shard " + database.shard() + " is closed"));
            }
            try {
                if (connection.isEmpty()) {
                    connection = Optional.of(database.connect());
                }
                ScanGroup.Page page = readPage(connection.get(), range);
                pageRows = Math.min(access.pageRows(), pageRows * 2);
                if (page.last()) {
                    disconnect();
                }
                return page;
            } catch (SQLException e) {
                disconnect();
                pageRows = Math.max(1, pageRows / 4);
                throw new CompletionException(database.classified(e));
            }
        }

        /** Only the database knows the order of keys: if the first row is behind the last key, that key is not ahead. */
        private ScanGroup.Page readPage(Connection from, ScanGroup.Range range) throws SQLException {
            List<ScanGroup.StoredRow> found = new ArrayList<>();
            String afterKey = range.from().afterKey();
            int read = 0;
            boolean bounded = false;
            try (PreparedStatement page = prepare(from, range);
                    ResultSet rows = page.executeQuery()) {
                while (rows.next()) {
                    boolean within = range.lastKey().isPresent() && rows.getBoolean(4);
                    if (read == 0) {
                        bounded = within;
                    } else if (bounded && !within) {
                        break;
                    }
                    afterKey = rows.getString(1);
                    String value = rows.getString(3);
                    if (value != null) {
                        found.add(new ScanGroup.StoredRow(afterKey, rows.getString(2), value));
                    }
                    read++;
                }
            }
            boolean complete = read < pageRows;
            // A complete page includes all rows up to the last key, even if the row of that key was deleted.
            String end = bounded && complete ? range.lastKey().orElse(afterKey) : afterKey;
            return new ScanGroup.Page(
                    found,
                    ScanPosition.at(ScanColumn.KEY, range.from().nextId() + read, end, 0),
                    bounded,
                    complete && !bounded);
        }

        private PreparedStatement prepare(Connection from, ScanGroup.Range range) throws SQLException {
            List<String> parameters = new ArrayList<>();
            range.nodes().forEach(node -> parameters.add(node.text()));
            range.lastKey().ifPresent(parameters::add);
            parameters.add(range.from().afterKey());
            PreparedStatement page = from.prepareStatement(
                    pageQuery(pageRows, range.nodes().size(), range.lastKey().isPresent()));
            for (int i = 0; i < parameters.size(); i++) {
                page.setString(i + 1, parameters.get(i));
            }
            return page;
        }

        private void disconnect() {
            connection.ifPresent(each -> {
                try {
                    each.close();
                } catch (SQLException e) {
                    LOGGER.debug("shard={} closing the scan connection failed: {}", database.shard(), e.getMessage());
                }
            });
            connection = Optional.empty();
        }

        @Override
        public void markStarted(ScanColumn column) {
            // A read needs no lowest key.
        }

        @Override
        public void close() {
            thread.run(() -> CompletableFuture.runAsync(this::stop, blocking));
        }

        private void stop() {
            closed = true;
            disconnect();
        }
    }
}
