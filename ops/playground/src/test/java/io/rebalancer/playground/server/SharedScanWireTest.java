package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastFrame;
import io.rebalancer.manager.fast.FastFrames;
import io.rebalancer.manager.metadata.KeptChunks;
import io.rebalancer.manager.metadata.MorayScan;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.MorayPut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several scans of a Moray shard over a real socket, through a relay that counts the calls of {@code sql}. */
@Tag("slow")
class SharedScanWireTest {
    private static final ActorTestKit KIT = MorayShard.kit("shared-scan");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int ROWS = 320;
    private static final int NODES = 8;
    private static final int MAX_ROWS = 10;

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger sharedChunks = new AtomicInteger();
    private final ScanPermits permits = new ScanPermits(() -> 4);
    private MorayShard shard;
    private Tcp.ServerBinding relay;
    private FastClient client;
    private RecordScan scan;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Every fourth row has an extended id. Row {@code i} names storage node {@code 1 + i % NODES}. */
    @BeforeEach
    void start() throws Exception {
        shard = MorayShard.start(KIT.system());
        List<MorayPut> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            String key = "/o/stor/" + i;
            ObjectNode value = MorayShard.value(key, new UUID(0, i));
            ((ObjectNode) value.path("sharks").path(0))
                    .put("manta_storage_id", node(1 + i % NODES).text());
            ((ObjectNode) value.path("sharks").path(1)).put("manta_storage_id", "99.stor.d");
            MorayPut.RowId ids = i / NODES % 4 == 0 ? MorayPut.RowId.EXTENDED : MorayPut.RowId.CLASSIC;
            rows.add(new MorayPut("manta", key, value, EtagCondition.any(), ids));
        }
        shard.table().putAll(rows);
        relay = MorayShard.get(Tcp.get(KIT.system())
                .bind("127.0.0.1", 0)
                .toMat(
                        Sink.foreach(connection -> connection.handleWith(
                                counting().via(Tcp.get(KIT.system()).outgoingConnection("127.0.0.1", shard.port())),
                                KIT.system())),
                        Keep.left())
                .run(KIT.system()));
        client = MorayShard.client(KIT.system(), relay.localAddress().getPort());
        scan = new MorayScan(
                new MorayShards(Map.of(1, client)),
                () -> MAX_ROWS,
                List::of,
                new KeptChunks(sharedChunks::incrementAndGet));
    }

    private Flow<ByteString, ByteString, NotUsed> counting() {
        return Flow.<ByteString>create().via(FastFrames.decoder(1 << 20)).map(message -> {
            if (message.method().equals("sql")) {
                calls.incrementAndGet();
            }
            return ByteString.fromArray(new FastFrame(
                            message.version(),
                            message.status(),
                            message.messageId(),
                            message.payload().toString())
                    .encode());
        });
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        relay.unbind();
        shard.close();
    }

    private static StorageNodeId node(int i) {
        return new StorageNodeId(i + ".stor.d");
    }

    private RecordScan.ShardCursor open(int node) {
        return scan.open(1, node(node), ScanPosition.START);
    }

    private CompletableFuture<List<String>> readAll(RecordScan.ShardCursor cursor, List<String> keys) {
        return permits.next(1, cursor)
                .thenComposeAsync(chunk -> {
                    chunk.rows().forEach(row -> keys.add(row.ref().key()));
                    if (chunk.last()) {
                        cursor.close();
                        return CompletableFuture.completedFuture(keys);
                    }
                    return readAll(cursor, keys);
                })
                .toCompletableFuture();
    }

    private CompletableFuture<List<String>> readAll(RecordScan.ShardCursor cursor) {
        return readAll(cursor, new ArrayList<>());
    }

    private static List<String> keys(int node) {
        return IntStream.range(0, ROWS)
                .filter(i -> 1 + i % NODES == node)
                .mapToObj(i -> "/o/stor/" + i)
                .toList();
    }

    /** The number of calls of one scan. */
    private int callsOfOne() {
        assertThat(readAll(open(1))).succeedsWithin(LIMIT);
        return calls.getAndSet(0);
    }

    /** @param maxCalls for each call of one scan; a scan whose thread is late misses single reads, and then reads alone */
    private void assertSharing(int scans, double maxCalls) {
        int alone = callsOfOne();
        assertThat(alone).isGreaterThan(ROWS / MAX_ROWS);
        List<RecordScan.ShardCursor> cursors =
                IntStream.rangeClosed(1, scans).mapToObj(this::open).toList();
        List<CompletableFuture<List<String>>> found =
                cursors.stream().map(this::readAll).toList();
        for (int i = 1; i <= scans; i++) {
            List<String> expected = keys(i);
            assertThat(found.get(i - 1))
                    .succeedsWithin(LIMIT)
                    .satisfies(keys -> assertThat(keys).containsExactlyInAnyOrderElementsOf(expected));
        }
        assertThat(calls.get()).isBetween(alone, (int) (alone * maxCalls));
        assertThat(sharedChunks.get()).isGreaterThan(scans * ROWS / MAX_ROWS / 4);
    }

    @Test
    void twoScansThatStartTogetherCostAboutTheCallsOfOne() {
        assertSharing(2, 1.75);
    }

    @Test
    void eightScansThatStartTogetherCostAboutTheCallsOfOne() {
        assertSharing(8, 3);
    }

    @Test
    void aScanThatStartsLaterCatchesUpAndSharesTheRest() {
        int alone = callsOfOne();
        RecordScan.ShardCursor early = open(1);
        List<String> first = new ArrayList<>();
        while (calls.get() < alone / 4) {
            early.next()
                    .toCompletableFuture()
                    .join()
                    .rows()
                    .forEach(row -> first.add(row.ref().key()));
        }
        CompletableFuture<List<String>> late = readAll(open(2));
        CompletableFuture<List<String>> rest = readAll(early, first);
        assertThat(late)
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).containsExactlyInAnyOrderElementsOf(keys(2)));
        assertThat(rest)
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).containsExactlyInAnyOrderElementsOf(keys(1)));
        assertThat(calls.get()).isLessThan(2 * alone - alone / 4);
        assertThat(sharedChunks.get()).isGreaterThan(alone / 4);
    }

    @Test
    void aScanThatStopsLeavesTheOtherItsRows() {
        RecordScan.ShardCursor stopping = open(1);
        CompletableFuture<List<String>> other = readAll(open(2));
        assertThat(permits.next(1, stopping)).succeedsWithin(LIMIT);
        stopping.close();
        assertThat(other)
                .succeedsWithin(LIMIT)
                .satisfies(keys -> assertThat(keys).containsExactlyInAnyOrderElementsOf(keys(2)));
    }

    /** A position in the second column, for both. */
    @Test
    void resumedScansShareToo() {
        RecordScan.ShardCursor first = open(1);
        RecordScan.Chunk chunk = first.next().toCompletableFuture().join();
        while (chunk.end().column() == ScanColumn.ID) {
            chunk = first.next().toCompletableFuture().join();
        }
        first.close();
        ScanPosition from = chunk.end();
        List<RecordScan.ShardCursor> resumed = List.of(scan.open(1, node(1), from), scan.open(1, node(2), from));
        int before = sharedChunks.get();
        List<CompletableFuture<List<String>>> found =
                resumed.stream().map(this::readAll).toList();
        assertThat(found).allSatisfy(keys -> assertThat(keys).succeedsWithin(LIMIT));
        assertThat(sharedChunks.get()).isGreaterThan(before);
    }
}
