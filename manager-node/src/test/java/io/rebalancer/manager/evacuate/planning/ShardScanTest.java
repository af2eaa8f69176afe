package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The scan of shard 1, which has the records with even numbers, with the test as batcher; the leaving node is 1. */
class ShardScanTest {
    private static final ActorTestKit KIT = TestSettings.kit("scan");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Instant NOW = Instant.ofEpochSecond(1_000);
    private static final StorageNodeId LEAVING = location(1).storageNode();

    private final RecordsInMemory records = new RecordsInMemory();
    private final TestProbe<AssignmentBatcher.Command> batcher = KIT.createTestProbe();
    private final TestProbe<ScanCoordinator.Command> coordinator = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private List<RecordScan.Row> scanned(RecordScan scan, MetadataTier tier) {
        ScanResources resources = new ScanResources(scan, tier, new ScanPermits(() -> 1));
        KIT.spawn(ShardScan.create(
                resources,
                LEAVING,
                1,
                scan.open(1, LEAVING, ScanPosition.START),
                batcher.getRef(),
                coordinator.getRef(),
                Clock.fixed(NOW, ZoneOffset.UTC)));
        requestChunk();
        AssignmentBatcher.Command next = batcher.receiveMessage(TIMEOUT);
        while (next instanceof AssignmentBatcher.ReadRepeated) {
            next = batcher.receiveMessage(TIMEOUT);
        }
        assertThat(next).isInstanceOf(AssignmentBatcher.ChunkFound.class);
        return ((AssignmentBatcher.ChunkFound) next).rows();
    }

    private void requestChunk() {
        batcher.expectMessageClass(AssignmentBatcher.ScanReady.class, TIMEOUT)
                .scan()
                .tell(new ShardScan.ChunkWanted(false));
    }

    private static List<MetadataRecord> recordsOf(List<RecordScan.Row> rows) {
        return rows.stream().map(row -> row.record().orElseThrow()).toList();
    }

    /** A tier that fails every call of one method, without waiting for a shard. */
    private MetadataTier failing(String method) {
        return (MetadataTier) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {MetadataTier.class},
                (proxy, called, arguments) -> called.getName().equals(method)
                        ? CompletableFuture.failedFuture(new IllegalStateException("no owner"))
                        : called.invoke(records, arguments));
    }

    @Test
    void anOutdatedRowIsNoCandidate() {
        IntStream.of(2, 4, 6, 8).forEach(i -> records.put(i, i, 1, 2));
        FrozenCopy copy = new FrozenCopy(records);
        records.put(2, 2, 3, 2);
        records.delete(4);
        records.put(6, 600, 5, 2);
        assertThat(scanned(copy, records)).extracting(RecordScan.Row::ref).containsExactly(ref(8));
    }

    @Test
    void aChangedRecordIsACandidateWithItsLiveContent() {
        records.put(2, 2, 1, 2);
        records.put(4, 4, 1, 2);
        FrozenCopy copy = new FrozenCopy(records);
        records.put(2, 2, 1, 7);
        records.put(4, 400, 1, 2);
        List<MetadataRecord> live = recordsOf(scanned(copy, records));
        assertThat(live).extracting(MetadataRecord::objectId).containsExactly(object(2), object(400));
        assertThat(live.get(0).copies()).containsExactly(location(1), location(7));
        assertThat(live).containsExactlyElementsOf(recordsOf(records.rows(1)));
    }

    @Test
    void aRecordThatIsUnreadableNowIsReported() {
        records.put(2, 2, 1, 2);
        FrozenCopy copy = new FrozenCopy(records);
        records.put(2, 200, 1, 2);
        assertThat(scanned(copy, failing("read"))).singleElement().satisfies(row -> {
            assertThat(row.ref()).isEqualTo(ref(2));
            assertThat(row.record()).isEmpty();
            assertThat(row.fault()).isEqualTo("no owner");
        });
    }

    @Test
    void manyCandidatesAreReadInPiecesAndAShardThatIsDownIsRetried() {
        IntStream.range(0, 250).forEach(i -> records.put(2 * i, i, 1, 2));
        FrozenCopy copy = new FrozenCopy(records);
        records.outage(2);
        assertThat(scanned(copy, records)).hasSize(250);
        assertThat(records.recordsOfSizes()).containsExactly(100, 100, 100, 100, 50);
    }

    @Test
    void aShardThatIsDownIsReportedUntilAReadSucceeds() {
        records.put(2, 2, 1, 2);
        records.outage(2);
        scanned(new FrozenCopy(records), records);
        for (int i = 0; i < 2; i++) {
            ScanCoordinator.ShardDelayed delayed =
                    coordinator.expectMessageClass(ScanCoordinator.ShardDelayed.class, TIMEOUT);
            assertThat(delayed.shard()).isEqualTo(1);
            assertThat(delayed.since()).isEqualTo(NOW);
            assertThat(delayed.cause()).isNotEmpty();
        }
        assertThat(coordinator.receiveMessage(TIMEOUT)).isEqualTo(new ScanCoordinator.ShardResumed(1));
    }

    @Test
    void aPermanentFailureEndsTheScanWithItsReason() {
        records.put(2, 2, 1, 2);
        ScanResources resources =
                new ScanResources(new FrozenCopy(records), failing("recordsOf"), new ScanPermits(() -> 1));
        KIT.spawn(ShardScan.create(
                resources,
                LEAVING,
                1,
                resources.scan().open(1, LEAVING, ScanPosition.START),
                batcher.getRef(),
                coordinator.getRef(),
                Clock.fixed(NOW, ZoneOffset.UTC)));
        requestChunk();
        assertThat(coordinator.expectMessageClass(ScanCoordinator.ShardFailed.class, TIMEOUT))
                .isEqualTo(new ScanCoordinator.ShardFailed(1, "no owner"));
    }

    @Test
    void rowsOfThePrimaryAreNotReadAgain() {
        records.put(2, 2, 1, 2);
        assertThat(scanned(records, failing("recordsOf"))).hasSize(1);
    }

    @Test
    void aScanWaitsForItsPermit() {
        List<Integer> reading = new ArrayList<>();
        RecordScan hanging = new RecordScan() {
            @Override
            public List<Integer> shards() {
                return List.of(1, 2, 3);
            }

            @Override
            public boolean readsPrimary() {
                return true;
            }

            @Override
            public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
                return new ShardCursor() {
                    @Override
                    public synchronized CompletionStage<Chunk> next() {
                        reading.add(shard);
                        return new CompletableFuture<>();
                    }

                    @Override
                    public ScanPosition position() {
                        return from;
                    }

                    @Override
                    public void close() {
                        // Holds no resources.
                    }
                };
            }
        };
        ScanPermits permits = new ScanPermits(() -> 1, Duration.ofHours(1), Duration.ZERO);
        TestProbe<PlanningEvent> listener = KIT.createTestProbe();
        KIT.spawn(ScanCoordinator.create(
                new ScanResources(hanging, records, permits),
                PassInput.fromStart(new FencingToken(new UUID(7, 7), 1), location(1), PassInput.UNLIMITED),
                batcher.getRef(),
                listener.getRef(),
                Clock.systemUTC()));
        IntStream.range(0, 3).forEach(i -> requestChunk());
        await().untilAsserted(() -> assertThat(permits.waiting()).isEqualTo(2));
        assertThat(reading).hasSize(1);
    }
}
