package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcConnectionPool;

/** The buckets of one simulated Moray shard, each a table of a real SQL database (manta.md 6.5, 7.6, 7.7). */
public final class MorayTable implements AutoCloseable {
    private static final String OPTIONS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000";
    private static final String OWNER = "moray";
    private static final String READER = "reader";
    private static final String READ_ONLY = "options=-c%20default_transaction_read_only=on";
    private static final int MAX_ATTEMPTS = 20;
    private static final List<Bucket> FIRST_BUCKETS = List.of(Bucket.MANTA, Bucket.MANTA_STORAGE);
    private static final Pattern BUCKET_NAME = Pattern.compile("[a-zA-Z]\\w{0,62}");
    private static final String READ_ONLY_STATE = "25006";
    /** SQLSTATE of a duplicate key, a serialization failure, a deadlock, and H2's concurrent update. */
    private static final Set<String> LOST_RACE = Set.of("23505", "40001", "40P01", "90131");

    // Open as long as the table, because an in-memory database ends with its last connection.
    private final Connection keepAlive;
    private final Connections writers;
    private final Connections readers;
    /** Created buckets are forgotten when the shard is closed. */
    private final Map<String, Bucket> buckets = new ConcurrentSkipListMap<>();

    private volatile boolean readOnly;

    private MorayTable(Connection keepAlive, Connections writers, Connections readers) {
        this.keepAlive = keepAlive;
        this.writers = writers;
        this.readers = readers;
        FIRST_BUCKETS.forEach(bucket -> buckets.put(bucket.name(), bucket));
    }

    /** Where the connections to a shard come from. */
    private interface Connections {
        Connection getConnection() throws SQLException;

        /** Closes what is open. */
        default void dispose() {}

        static Connections pool(String url, String user) {
            JdbcConnectionPool pool = JdbcConnectionPool.create(url, user, "");
            return new Connections() {
                @Override
                public Connection getConnection() throws SQLException {
                    return pool.getConnection();
                }

                @Override
                public void dispose() {
                    pool.dispose();
                }
            };
        }
    }

    /** Opens the shard at an H2 URL, and creates it unless it exists. Adds the dialect options to the URL. */
    public static MorayTable open(String jdbcUrl) throws SQLException {
        String url = jdbcUrl + OPTIONS;
        Connection keepAlive = DriverManager.getConnection(url, OWNER, "");
        try (Statement statement = keepAlive.createStatement()) {
            createBuckets(statement);
            // The sql call runs as a user with SELECT rights only, so that the database rejects every write.
            statement.execute("CREATE USER IF NOT EXISTS " + READER + " PASSWORD ''");
            statement.execute("GRANT SELECT ON SCHEMA public TO " + READER);
        } catch (SQLException e) {
            keepAlive.close();
            throw e;
        }
        return new MorayTable(keepAlive, Connections.pool(url, OWNER), Connections.pool(url, READER));
    }

    /**
     * Opens the shard in a PostgreSQL database, and creates it unless it exists. Reads are in read-only transactions.
     *
     * @param jdbcUrl without parameters
     * @param user owner of the database, who needs no password
     */
    public static MorayTable onPostgres(String jdbcUrl, String user) throws SQLException {
        Connection keepAlive = DriverManager.getConnection(jdbcUrl, user, "");
        try (Statement statement = keepAlive.createStatement()) {
            createBuckets(statement);
        } catch (SQLException e) {
            keepAlive.close();
            throw e;
        }
        return new MorayTable(
                keepAlive,
                () -> DriverManager.getConnection(jdbcUrl, user, ""),
                () -> DriverManager.getConnection(jdbcUrl + "?" + READ_ONLY, user, ""));
    }

    private static void createBuckets(Statement statement) throws SQLException {
        for (Bucket bucket : FIRST_BUCKETS) {
            for (String text : bucket.schema()) {
                statement.execute(text);
            }
        }
    }

    /** A shard in memory, until it is closed. Equal names in one process share one shard. */
    public static MorayTable inMemory(String name) throws SQLException {
        return open("jdbc:h2:mem:" + name);
    }

    /** {@code getBucket} (manta.md 7.6). */
    public Bucket bucket(String name) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            throw new BucketNotFound(name);
        }
        return bucket;
    }

    /** {@code listBuckets}, by name. */
    public List<Bucket> buckets() {
        return List.copyOf(buckets.values());
    }

    /**
     * {@code createBucket}, without {@code _idx}.
     *
     * @param indexes the type of each indexed field: string, number or boolean
     * @throws BucketRefused if the bucket exists, or the name or a type is invalid
     */
    public synchronized void createBucket(String name, Map<String, String> indexes) throws SQLException {
        requireWritable();
        if (!BUCKET_NAME.matcher(name).matches()) {
            throw new BucketRefused("InvalidBucketNameError", name + " is not a valid bucket name");
        }
        List<Bucket.Index> columns = new ArrayList<>();
        for (Map.Entry<String, String> index : indexes.entrySet()) {
            Bucket.Type type = Bucket.Type.of(index.getValue())
                    .orElseThrow(() -> new BucketRefused(
                            "InvalidIndexTypeError", "index(" + index.getKey() + ") is of type " + index.getValue()));
            columns.add(new Bucket.Index(index.getKey(), type));
        }
        Bucket bucket = new Bucket(name, columns, false);
        if (buckets.containsKey(name)) {
            throw new BucketRefused("BucketConflictError", name + " was likely being concurrently updated");
        }
        try (Statement statement = keepAlive.createStatement()) {
            for (String text : bucket.schema()) {
                statement.execute(text);
            }
        }
        // Known only when its table exists, as in a transaction.
        buckets.put(name, bucket);
    }

    /** Makes the shard refuse writes, as one whose database is a standby, or ends that. */
    public void refuseWrites(boolean refuse) {
        readOnly = refuse;
    }

    private void requireWritable() throws SQLException {
        if (readOnly) {
            throw new SQLException(
                    "cannot execute INSERT in a read-only transaction",
                    READ_ONLY_STATE,
                    ErrorCode.DATABASE_IS_READ_ONLY);
        }
    }

    /** {@code getObject}: the row, or empty if there is none (manta.md 7.6). */
    public Optional<MorayObject> get(String bucket, String key) throws SQLException {
        Bucket table = bucket(bucket);
        return inTransaction(connection -> Rows.read(connection, table, key));
    }

    /**
     * {@code putObject}: returns the new etag (manta.md 7.7).
     *
     * @throws EtagConflict if the condition is not met; nothing is written
     */
    public String put(String bucket, String key, ObjectNode value, EtagCondition condition) throws SQLException {
        return putAll(List.of(new MorayPut(bucket, key, value, condition))).get(0);
    }

    /** A batch of puts: runs all puts in one transaction and returns their etags in order (manta.md 7.6). */
    public List<String> putAll(List<MorayPut> puts) throws SQLException {
        return batch(puts).stream().map(done -> done.etag().orElseThrow()).toList();
    }

    /**
     * {@code batch}: carries out all changes in one transaction, or none, and returns their outcomes in order (manta.md
     * 7.6).
     *
     * @throws MorayChange.ObjectNotFound if an object to delete does not exist
     */
    public List<MorayChange.Outcome> batch(List<? extends MorayChange> changes) throws SQLException {
        requireWritable();
        return inTransaction(connection -> {
            List<MorayChange.Outcome> outcomes = new ArrayList<>();
            for (MorayChange change : changes) {
                outcomes.add(carryOut(connection, change));
            }
            return List.copyOf(outcomes);
        });
    }

    private MorayChange.Outcome carryOut(Connection connection, MorayChange change) throws SQLException {
        Bucket bucket = bucket(change.bucket());
        if (change instanceof MorayPut put) {
            return new MorayChange.Outcome(Optional.of(Rows.put(connection, bucket, put)), Optional.empty());
        }
        if (change instanceof MorayChange.Update update) {
            return Rows.update(connection, bucket, update);
        }
        if (change instanceof MorayChange.DeleteMany delete) {
            return Rows.deleteMany(connection, bucket, delete);
        }
        MorayChange.Delete delete = (MorayChange.Delete) change;
        if (!Rows.delete(connection, bucket, delete.key(), delete.condition())) {
            throw new MorayChange.ObjectNotFound(bucket.name(), delete.key());
        }
        return new MorayChange.Outcome(Optional.empty(), Optional.empty());
    }

    /** {@code delObject}: whether there was a row. The condition is checked as for a put (manta.md 7.7). */
    public boolean delete(String bucket, String key, EtagCondition condition) throws SQLException {
        requireWritable();
        Bucket table = bucket(bucket);
        return inTransaction(connection -> Rows.delete(connection, table, key, condition));
    }

    /**
     * {@code findObjects}: at most {@code limit} rows that match, by ascending id (manta.md 7.6).
     *
     * @throws FilterRefused if no index of the bucket supports the filter
     */
    public List<MorayObject> find(String bucket, Filter filter, int limit) throws SQLException {
        Bucket table = bucket(bucket);
        try (Connection connection = readers.getConnection()) {
            return Rows.matching(connection, table, filter, limit, "");
        }
    }

    /**
     * {@code sql}: raw rows of a read-only query (manta.md 7.6).
     *
     * @throws QueryRefused if the statement is not a read-only query
     */
    public List<ObjectNode> sql(String statement, List<? extends JsonNode> values) throws SQLException {
        try (Connection connection = readers.getConnection()) {
            return RawQuery.run(connection, statement, values);
        }
    }

    @Override
    public void close() throws SQLException {
        readers.dispose();
        writers.dispose();
        keepAlive.close();
    }

    private <T> T inTransaction(TransactionBody<T> body) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = writers.getConnection()) {
                connection.setAutoCommit(false);
                try {
                    T result = body.run(connection);
                    connection.commit();
                    return result;
                } catch (SQLException | RuntimeException e) {
                    connection.rollback();
                    throw e;
                }
            } catch (SQLException e) {
                if (attempt == MAX_ATTEMPTS || !isLostRace(e)) {
                    throw e;
                }
            }
        }
    }

    /** No lock covers a row that does not exist yet, so one of two inserts fails. A retry finds the row. */
    private static boolean isLostRace(SQLException e) {
        return e.getSQLState() != null && LOST_RACE.contains(e.getSQLState());
    }

    private interface TransactionBody<T> {
        T run(Connection connection) throws SQLException;
    }
}
