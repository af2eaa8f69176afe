package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.RecordScan.Chunk;
import io.rebalancer.core.port.RecordScan.Row;
import io.rebalancer.core.port.RecordScan.ShardCursor;
import io.rebalancer.core.port.TierUnavailable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real PostgreSQL. */
@Tag("slow")
class PostgresScanTest {
    private static final StorageNodeId LEAVING = new StorageNodeId("1.stor.d");

    @TempDir
    private Path directory;

    private ShardDatabase database;

    @BeforeEach
    void start() throws Exception {
        database = new ShardDatabase();
    }

    @AfterEach
    void stop() throws IOException {
        database.close();
    }

    private PostgresScan scan(int pageRows, List<String> excluded) {
        PostgresScan.Access access =
                new PostgresScan.Access(ShardDatabase.READER, "read only", pageRows, Duration.ofSeconds(10));
        return new PostgresScan(
                Map.of(1, database.url()), access, Runnable::run, () -> excluded, new KeptChunks(() -> {}));
    }

    private static Chunk next(ShardCursor cursor) throws Exception {
        return cursor.next().toCompletableFuture().get();
    }

    private static List<Row> all(RecordScan scan) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (ShardCursor cursor = scan.open(1, LEAVING, ScanPosition.START)) {
            boolean last = false;
            while (!last) {
                Chunk chunk = next(cursor);
                rows.addAll(chunk.rows());
                last = chunk.last();
            }
        }
        return rows;
    }

    /** The number of objects in n rows that name the node: every third row, minus the directories among them. */
    private static int expected(int rows) {
        return rows / 3 - rows / 300;
    }

    /** 100,000 rows of 1 KiB with a heap of 48 MiB; the first process is killed in the middle. */
    @Test
    void aKilledScanResumesAndMissesNoRecordWithASmallHeap() throws Exception {
        int rows = 100_000;
        database.fill(rows);
        database.run("INSERT INTO manta (_key, _value, _etag, type) VALUES"
                + " ('/5/bad json', '{\"sharks\":[\"1.stor.d\"', '00000000', 'object'),"
                + " ('/c/no owner', '{\"sharks\":[{\"manta_storage_id\":\"1.stor.d\"}]}', '00000000', 'object'),"
                + " ('/d/not ours', 'not json either', '00000000', 'object')");
        Path keys = directory.resolve("keys");
        Path positions = directory.resolve("positions");
        Process first = process(keys, positions, 73);
        await().atMost(Duration.ofMinutes(2))
                .until(() -> !first.isAlive()
                        || Files.exists(positions)
                                && Files.readAllLines(positions).size() == 73);
        assertThat(first.isAlive()).as(log()).isTrue();
        first.destroyForcibly().waitFor();
        int before = Files.readAllLines(keys).size();
        Process second = process(keys, positions, 0);
        assertThat(second.waitFor()).as(log()).isZero();
        List<String> found = Files.readAllLines(keys);
        assertThat(before).isBetween(10_000, 40_000);
        assertThat(found).hasSize(expected(rows) + 2);
        assertThat(new HashSet<>(found)).as("each once").hasSameSizeAs(found);
        assertThat(found).contains("/5/bad json unreadable", "/c/no owner unreadable");
    }

    private Process process(Path keys, Path positions, int stopAfter) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx48m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScanProcess.class.getName(),
                        database.url(),
                        keys.toString(),
                        positions.toString(),
                        String.valueOf(stopAfter))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile()))
                .start();
    }

    private File logFile() {
        return directory.resolve("log").toFile();
    }

    private String log() throws IOException {
        return Files.readString(logFile().toPath());
    }

    @Test
    void aLostConnectionIsReportedAsUnavailableAndTheCursorResumes() throws Exception {
        database.fill(3000);
        List<Row> rows = new ArrayList<>();
        try (ShardCursor cursor = scan(100, List.of()).open(1, LEAVING, ScanPosition.START)) {
            rows.addAll(next(cursor).rows());
            database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name LIKE 'rebalancer scan%'");
            assertThatThrownBy(() -> next(cursor)).hasCauseInstanceOf(TierUnavailable.class);
            boolean last = false;
            while (!last) {
                Chunk chunk = next(cursor);
                rows.addAll(chunk.rows());
                last = chunk.last();
            }
        }
        assertThat(rows).extracting(Row::ref).hasSize(expected(3000)).doesNotHaveDuplicates();
    }

    @Test
    void noTransactionIsOpenBetweenTwoPages() throws Exception {
        database.fill(3000);
        try (ShardCursor cursor = scan(100, List.of()).open(1, LEAVING, ScanPosition.START)) {
            next(cursor);
            assertNumberOfSessions("state = 'idle' AND xact_start IS NULL AND backend_xmin IS NULL", 1);
            assertNumberOfSessions("true", 1);
            next(cursor);
        }
        assertNumberOfSessions("true", 0);
    }

    private void assertNumberOfSessions(String condition, int count) {
        await().untilAsserted(() -> database.run("DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_stat_activity"
                + " WHERE application_name LIKE 'rebalancer scan%%' AND %s) = %d; END $$".formatted(condition, count)));
    }

    /** A sort of the table for every page would make the scan of a large shard endless. */
    @Test
    void aPageIsAStretchOfTheIndexOfTheKey() throws Exception {
        database.fill(50_000);
        database.run("ANALYZE manta");
        String plans = database.explain(PostgresScan.pageQuery(1000, 1, false), LEAVING.text(), "/8");
        assertThat(plans).contains("force_custom_plan", "force_generic_plan");
        assertThat(plans.split("Index Scan using manta_pkey")).as(plans).hasSize(3);
        assertThat(plans).doesNotContain("Sort").doesNotContain("Seq Scan");
    }

    @Test
    void aPageForSeveralScansIsAStretchOfTheIndexToo() throws Exception {
        database.fill(50_000);
        database.run("ANALYZE manta");
        String plans = database.explain(
                PostgresScan.pageQuery(1000, 3, true), LEAVING.text(), "2.stor.d", "3.stor.d", "/9", "/8");
        assertThat(plans.split("Index Scan using manta_pkey")).as(plans).hasSize(3);
        assertThat(plans).doesNotContain("Sort").doesNotContain("Seq Scan");
    }

    @Test
    void aPageThatTakesTooLongIsCancelledAndRetriedWithFewerRows() throws Exception {
        database.fill(30);
        PostgresScan.Access access =
                new PostgresScan.Access(ShardDatabase.READER, "read only", 10, Duration.ofMillis(200));
        PostgresScan scan =
                new PostgresScan(Map.of(1, database.url()), access, Runnable::run, List::of, new KeptChunks(() -> {}));
        try (ShardCursor cursor = scan.open(1, LEAVING, ScanPosition.START)) {
            try (Connection lock = database.lockTable()) {
                assertThatThrownBy(() -> next(cursor))
                        .hasCauseInstanceOf(TierUnavailable.class)
                        .hasMessageContaining("statement timeout");
                lock.rollback();
            }
            assertThat(next(cursor).end().nextId()).as("a quarter").isEqualTo(2);
            assertThat(next(cursor).end().nextId()).as("twice as many").isEqualTo(6);
            assertThat(next(cursor).end().nextId()).isEqualTo(14);
            assertThat(next(cursor).end().nextId()).as("not more than a page").isEqualTo(24);
            assertThat(next(cursor).last()).isTrue();
        }
    }

    /** Two threads, and four scans of a shard whose database hangs. */
    @Test
    void aHangingShardOccupiesOneThreadHoweverManyScansReadIt() throws Exception {
        database.run("CREATE SCHEMA other; CREATE TABLE other.manta (LIKE manta INCLUDING ALL);"
                + " GRANT USAGE ON SCHEMA other TO scanner; GRANT SELECT ON other.manta TO scanner");
        PostgresScan.Access access =
                new PostgresScan.Access(ShardDatabase.READER, "read only", 10, Duration.ofMinutes(1));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        PostgresScan scan = new PostgresScan(
                Map.of(1, database.url(), 2, database.url() + "?currentSchema=other"),
                access,
                threads,
                List::of,
                new KeptChunks(() -> {}));
        List<ShardCursor> hanging = new ArrayList<>();
        List<CompletableFuture<Chunk>> reads = new ArrayList<>();
        try (Connection lock = database.lockTable()) {
            for (int i = 0; i < 4; i++) {
                hanging.add(scan.open(1, LEAVING, ScanPosition.START));
                reads.add(hanging.get(i).next().toCompletableFuture());
            }
            hanging.remove(3).close();
            try (ShardCursor other = scan.open(2, LEAVING, ScanPosition.START)) {
                assertThat(other.next().toCompletableFuture())
                        .succeedsWithin(Duration.ofSeconds(20))
                        .satisfies(chunk -> assertThat(chunk.last()).isTrue());
            }
            assertThat(reads).noneMatch(CompletableFuture::isDone);
            lock.rollback();
        }
        assertThat(reads).allSatisfy(read -> assertThat(read).succeedsWithin(Duration.ofSeconds(20)));
        hanging.forEach(ShardCursor::close);
        assertNumberOfSessions("true", 0);
        threads.shutdown();
    }

    @Test
    void excludedRecordsAreSkippedAndCounted() throws Exception {
        database.fill(300);
        List<Row> rows = new ArrayList<>();
        long excluded = 0;
        try (ShardCursor cursor = scan(50, List.of("/stor/9", "/stor/1")).open(1, LEAVING, ScanPosition.START)) {
            boolean last = false;
            while (!last) {
                Chunk chunk = next(cursor);
                rows.addAll(chunk.rows());
                excluded = chunk.end().excluded();
                last = chunk.last();
            }
        }
        assertThat(rows).noneMatch(row -> row.ref().key().matches(".*/stor/[19].*"));
        assertThat(rows.size() + excluded).isEqualTo(expected(300));
        assertThat(excluded).isPositive();
    }

    @Test
    void aPermanentFailureIsReportedAndNotAsUnavailable() throws Exception {
        database.run("DROP TABLE manta");
        assertThatThrownBy(() -> all(scan(100, List.of())))
                .hasMessageContaining("metadata shard 1")
                .hasMessageContaining("manta")
                .cause()
                .isNotInstanceOf(TierUnavailable.class);
        database.close();
        assertThatThrownBy(() -> all(scan(100, List.of()))).hasCauseInstanceOf(TierUnavailable.class);
    }
}
