package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan.Chunk;
import io.rebalancer.core.port.RecordScan.ShardCursor;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several scans of one shard in a real PostgreSQL, in the order that the permits give them. */
@Tag("slow")
class SharedScanTest {
    private static final int ROWS = 20_000;
    private static final int PAGE = 200;
    private static final int PAGES = ROWS / PAGE;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final ScanPermits permits = new ScanPermits(() -> 4);
    private final AtomicInteger sharedChunks = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private ShardDatabase database;
    private PostgresScan scan;
    private long queriesBefore;

    @BeforeEach
    void start() throws Exception {
        database = new ShardDatabase();
        database.fill(ROWS);
        PostgresScan.Access access =
                new PostgresScan.Access(ShardDatabase.READER, "read only", PAGE, Duration.ofSeconds(10));
        scan = new PostgresScan(
                Map.of(1, database.url()), access, threads, List::of, new KeptChunks(sharedChunks::incrementAndGet));
        queriesBefore = database.queries();
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdown();
        database.close();
    }

    /** Node 4 is named by all objects, nodes 1 to 3 by a third of them each. */
    private static StorageNodeId node(int i) {
        return new StorageNodeId(i + ".stor.d");
    }

    private static int expected(int i) {
        int objects = ROWS - ROWS / 100;
        return switch (i) {
            case 1, 2, 3 ->
                (int) IntStream.rangeClosed(1, ROWS)
                        .filter(n -> n % 100 != 0 && 1 + n % 3 == i)
                        .count();
            case 4 -> objects;
            default -> 0;
        };
    }

    private ShardCursor open(int node) {
        return scan.open(1, node(node), ScanPosition.START);
    }

    /** Reads all chunks, one after the other, and closes the cursor. */
    private CompletableFuture<List<String>> readAll(ShardCursor cursor) {
        return readAll(cursor, new ArrayList<>());
    }

    private CompletableFuture<List<String>> readAll(ShardCursor cursor, List<String> keys) {
        return permits.next(1, cursor)
                .thenComposeAsync(
                        chunk -> {
                            chunk.rows().forEach(row -> keys.add(row.ref().key()));
                            if (chunk.last()) {
                                cursor.close();
                                return CompletableFuture.completedFuture(keys);
                            }
                            return readAll(cursor, keys);
                        },
                        threads)
                .toCompletableFuture();
    }

    private long queries() throws Exception {
        await().until(() -> database.sessions() == 0);
        return database.queries() - queriesBefore;
    }

    /** @param maxQueries a scan whose thread is late misses single reads, and then reads alone */
    private void assertSharing(int scans, long maxQueries) throws Exception {
        List<ShardCursor> cursors =
                IntStream.rangeClosed(1, scans).mapToObj(this::open).toList();
        List<CompletableFuture<List<String>>> found =
                cursors.stream().map(this::readAll).toList();
        for (int i = 1; i <= scans; i++) {
            int node = i;
            assertThat(found.get(i - 1))
                    .succeedsWithin(LIMIT)
                    .satisfies(keys -> assertThat(keys).hasSize(expected(node)).doesNotHaveDuplicates());
        }
        assertThat(queries()).isBetween((long) PAGES, maxQueries);
        assertThat((long) sharedChunks.get()).isGreaterThanOrEqualTo(scans * PAGES - maxQueries);
    }

    @Test
    void twoScansThatStartTogetherCostAboutTheQueriesOfOne() throws Exception {
        assertSharing(2, 7 * PAGES / 4);
    }

    @Test
    void eightScansThatStartTogetherCostAboutTheQueriesOfOne() throws Exception {
        assertSharing(8, 3 * PAGES);
    }

    @Test
    void aScanThatStartsLaterCatchesUpAndSharesTheRest() throws Exception {
        ShardCursor early = open(1);
        for (int i = 0; i < PAGES / 4; i++) {
            early.next().toCompletableFuture().join();
        }
        CompletableFuture<List<String>> late = readAll(open(2));
        CompletableFuture<List<String>> rest = readAll(early);
        assertThat(late)
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).hasSize(expected(2)).doesNotHaveDuplicates());
        assertThat(rest)
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).doesNotHaveDuplicates().hasSizeLessThan(expected(1)));
        assertThat(queries()).isLessThan(2L * PAGES - PAGES / 4);
        assertThat(sharedChunks).hasValueGreaterThan(PAGES / 4);
    }

    @Test
    void theOtherScansContinueWhenOneStops() throws Exception {
        ShardCursor stopping = open(1);
        CompletableFuture<List<String>> other = readAll(open(2));
        for (int i = 0; i < PAGES / 4; i++) {
            permits.next(1, stopping).toCompletableFuture().join();
        }
        stopping.close();
        assertThat(other)
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).hasSize(expected(2)).doesNotHaveDuplicates());
    }

    @Test
    void aLostConnectionFailsTheReadOfOneScanAndTheOtherReadsForBoth() throws Exception {
        ShardCursor one = open(1);
        ShardCursor two = open(2);
        List<String> ofOne = new ArrayList<>();
        add(ofOne, one.next().toCompletableFuture().join());
        two.next().toCompletableFuture().join();
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name LIKE 'rebalancer scan%'");
        assertThatThrownBy(() -> one.next().toCompletableFuture().join()).hasCauseInstanceOf(TierUnavailable.class);
        Chunk shared = two.next().toCompletableFuture().join();
        assertThat(one.hasChunk()).isTrue();
        Chunk repeated = one.next().toCompletableFuture().join();
        assertThat(repeated.end()).isEqualTo(shared.end());
        add(ofOne, repeated);
        two.close();
        assertThat(readAll(one, ofOne))
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).hasSize(expected(1)).doesNotHaveDuplicates());
    }

    /** By its count, which may be of another state of the table, it is behind the other scan; by its key, it is ahead. */
    @Test
    void aScanThatOnlySeemsToBeBehindReadsAWholePage() {
        ShardCursor other = open(1);
        other.next().toCompletableFuture().join();
        ScanPosition from = ScanPosition.at(ScanColumn.KEY, 1, "/8", 0);
        try (ShardCursor cursor = scan.open(1, node(2), from)) {
            Chunk chunk = cursor.next().toCompletableFuture().join();
            assertThat(chunk.end().nextId()).isEqualTo(1 + PAGE);
            assertThat(chunk.rows())
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row.ref().key()).isGreaterThan("/8"));
        }
        other.close();
    }

    private static void add(List<String> keys, Chunk chunk) {
        chunk.rows().forEach(row -> keys.add(row.ref().key()));
    }
}
