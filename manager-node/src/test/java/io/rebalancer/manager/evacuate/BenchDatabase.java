package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.JournalSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;

/** A PostgreSQL that forces its log to disk, and what it contains and costs. */
final class BenchDatabase implements AutoCloseable {
    /** The length of a payload before compression, which gzip appends as four bytes, the lowest first. */
    private static final String LENGTH_BEFORE = "case when substring(%1$s from 1 for 2) = '\\x1f8b'::bytea"
            + " then get_byte(%1$s, octet_length(%1$s) - 1) * 16777216 + get_byte(%1$s, octet_length(%1$s) - 2) * 65536"
            + " + get_byte(%1$s, octet_length(%1$s) - 3) * 256 + get_byte(%1$s, octet_length(%1$s) - 4)"
            + " else octet_length(%1$s) end";

    private final EmbeddedPostgres postgres;
    private final ProcessHandle server;

    /** The events of one type, or of all types. */
    record Events(String type, long count, long bytes, long bytesBeforeCompression, long largest) {}

    /** The largest values that were stored, in bytes. */
    record Largest(long stored, long beforeCompression) {}

    /** What the same events cost when a program only inserts them. */
    record Peer(int events, int transactions, double seconds, Duration clientCpu, Duration databaseCpu) {}

    private record Row(String transaction, String persistenceId, long number, String manifest, byte[] payload) {}

    BenchDatabase() throws IOException, SQLException {
        postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        Path data = Path.of(text("show data_directory"));
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        server = ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    JournalSettings.Postgresql settings() {
        return new JournalSettings.Postgresql(
                postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres", 10, 5, true);
    }

    /** The CPU time of all processes of the server, those that have ended included. */
    Duration cpu() {
        return Stream.concat(Stream.of(server), server.descendants())
                .map(process -> cpu(process, process.equals(server)))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration cpu(ProcessHandle process, boolean withEndedChildren) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return ticks(stat, withEndedChildren ? 4 : 2);
        } catch (IOException e) {
            // The process has just ended, or this is no Linux.
            return process.info().totalCpuDuration().orElse(Duration.ZERO);
        }
    }

    /** The sum of the first of the four times: user, system, and the same of children that have ended. */
    private static Duration ticks(String stat, int times) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks =
                Arrays.stream(fields, 11, 11 + times).mapToLong(Long::parseLong).sum();
        return Duration.ofMillis(ticks * 10);
    }

    /** The events of a job by type, the most bytes first, then all of them together. */
    List<Events> events(UUID job) throws SQLException {
        String query = "select coalesce(type, 'all events'), count(*), sum(octet_length(event_payload)), sum("
                + LENGTH_BEFORE.formatted("event_payload") + "), max(octet_length(event_payload))"
                + " from (select event_payload, regexp_replace(event_ser_manifest, '.*\\$|#.*', '', 'g') as type"
                + " from event_journal where persistence_id = ?) events"
                + " group by rollup (type) order by grouping(type), 3 desc";
        try (Connection connection = connect();
                PreparedStatement select = connection.prepareStatement(query)) {
            select.setString(1, PersistentEntities.evacuateJob(job).id());
            List<Events> found = new ArrayList<>();
            ResultSet rows = select.executeQuery();
            while (rows.next()) {
                found.add(new Events(
                        rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5)));
            }
            return found;
        }
    }

    /** Records the size of each snapshot from now on, because a job keeps the last two only. */
    void watchSnapshots() throws SQLException {
        String length = LENGTH_BEFORE.formatted("new.snapshot_payload");
        execute("create table largest_snapshot (stored bigint, before bigint);"
                + " insert into largest_snapshot values (0, 0);"
                + " create function watch_snapshot() returns trigger language plpgsql as $$ begin"
                + " update largest_snapshot set stored = greatest(stored, octet_length(new.snapshot_payload)),"
                + " before = greatest(before, " + length + "); return null; end $$;"
                + " create trigger watch_snapshot after insert or update on snapshot for each row"
                + " execute function watch_snapshot()");
    }

    /** Counts the bytes of events from now on, because events are deleted while a job runs. */
    void watchEvents() throws SQLException {
        execute("create table written_events (bytes bigint, events bigint);"
                + " insert into written_events values (0, 0);"
                + " create function watch_events() returns trigger language plpgsql as $$ begin"
                + " update written_events set events = events + (select count(*) from inserted),"
                + " bytes = bytes + (select sum(octet_length(event_payload)) from inserted);"
                + " return null; end $$;"
                + " create trigger watch_events after insert on event_journal referencing new table as inserted"
                + " for each statement execute function watch_events()");
    }

    /** Bytes of all events since {@link #watchEvents}, those of the registry and of deleted events included. */
    long writtenBytes() throws SQLException {
        return Long.parseLong(text("select bytes from written_events"));
    }

    /** Events since {@link #watchEvents}, those of the registry and deleted events included. */
    long writtenEvents() throws SQLException {
        return Long.parseLong(text("select events from written_events"));
    }

    Largest largestSnapshot() throws SQLException {
        return new Largest(
                Long.parseLong(text("select stored from largest_snapshot")),
                Long.parseLong(text("select before from largest_snapshot")));
    }

    Largest largestEvent() throws SQLException {
        return new Largest(
                Long.parseLong(text("select max(octet_length(event_payload)) from event_journal")),
                Long.parseLong(
                        text("select max(" + LENGTH_BEFORE.formatted("event_payload") + ") from event_journal")));
    }

    /** Inserts the first {@code most} events of a job into a table like the journal, each transaction as the job had it. */
    Peer insertAgain(UUID job, int most) throws SQLException {
        List<Row> events = firstEvents(job, most);
        execute("drop table if exists peer; create table peer (like event_journal including all)");
        Duration database = cpu();
        Duration client = ownCpu();
        long start = System.nanoTime();
        int transactions = 0;
        try (Connection connection = connect();
                PreparedStatement insert =
                        connection.prepareStatement("insert into peer (persistence_id, sequence_number, deleted,"
                                + " writer, write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest,"
                                + " event_payload) values (?, ?, false, '', 0, '', 33, ?, ?)")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < events.size(); i++) {
                Row event = events.get(i);
                insert.setString(1, event.persistenceId());
                insert.setLong(2, event.number());
                insert.setString(3, event.manifest());
                insert.setBytes(4, event.payload());
                insert.addBatch();
                if (i + 1 == events.size() || !events.get(i + 1).transaction().equals(event.transaction())) {
                    insert.executeBatch();
                    connection.commit();
                    transactions++;
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Peer(events.size(), transactions, seconds, ownCpu().minus(client), cpu().minus(database));
    }

    private List<Row> firstEvents(UUID job, int most) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement select = connection.prepareStatement("select xmin::text, persistence_id,"
                        + " sequence_number, event_ser_manifest, event_payload from event_journal"
                        + " where persistence_id = ? order by sequence_number limit " + most)) {
            select.setString(1, PersistentEntities.evacuateJob(job).id());
            List<Row> found = new ArrayList<>();
            ResultSet rows = select.executeQuery();
            while (rows.next()) {
                found.add(new Row(
                        rows.getString(1), rows.getString(2), rows.getLong(3), rows.getString(4), rows.getBytes(5)));
            }
            return found;
        }
    }

    /** The number of transactions that stored the events of a job. */
    long transactions(UUID job) throws SQLException {
        return Long.parseLong(text(String.format(
                Locale.ROOT,
                "select count(distinct xmin::text) from event_journal where persistence_id = '%s'",
                PersistentEntities.evacuateJob(job).id())));
    }

    /**
     * The CPU time of this process without that of the compiler threads, which a long job hardly pays for. They must not end:
     * {@code -XX:-UseDynamicNumberOfCompilerThreads}.
     */
    static Duration ownCpu() {
        Duration all = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return all.minus(cpuOfThreads("C1 Compiler", "C2 Compiler"));
    }

    /** The CPU time of the serial collector, which runs in the JVM's own thread. */
    static Duration collectorCpu() {
        return cpuOfThreads("VM Thread");
    }

    private static Duration cpuOfThreads(String... names) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.map(thread -> cpuOfThread(thread, names)).reduce(Duration.ZERO, Duration::plus);
        } catch (IOException e) {
            // This is no Linux.
            return Duration.ZERO;
        }
    }

    private static Duration cpuOfThread(Path thread, String... names) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            boolean counts = Arrays.stream(names).anyMatch(name -> stat.contains("(" + name));
            return counts ? ticks(stat, 2) : Duration.ZERO;
        } catch (IOException e) {
            // The thread has just ended.
            return Duration.ZERO;
        }
    }

    /** The first column of the first row. */
    String text(String query) throws SQLException {
        try (Connection connection = connect();
                Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(query)) {
            if (!row.next()) {
                throw new SQLException("no row: " + query);
            }
            return row.getString(1);
        }
    }

    private void execute(String statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private Connection connect() throws SQLException {
        return postgres.getPostgresDatabase().getConnection();
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
