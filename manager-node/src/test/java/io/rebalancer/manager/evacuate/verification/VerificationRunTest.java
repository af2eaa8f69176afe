package io.rebalancer.manager.evacuate.verification;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Verifies node 1 over the two shards of {@link RecordsInMemory}. */
class VerificationRunTest {
    private static final ActorTestKit KIT = TestSettings.kit("verification");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final RecordsInMemory records = new RecordsInMemory();
    private final TestProbe<VerificationEvent> listener = KIT.createTestProbe();
    private final ScanPermits permits = new ScanPermits(() -> 2);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private ActorRef<VerificationRun.Command> verify(RecordAudit audit) {
        return KIT.spawn(VerificationRun.create(
                new VerificationResources(audit, permits, Clock.systemUTC()),
                location(1).storageNode(),
                listener.getRef()));
    }

    /** All events up to the last one. */
    private List<VerificationEvent> events() {
        List<VerificationEvent> events = new ArrayList<>();
        do {
            events.add(listener.receiveMessage(TIMEOUT));
        } while (!(events.get(events.size() - 1) instanceof VerificationEvent.Finished)
                && !(events.get(events.size() - 1) instanceof VerificationEvent.Failed));
        return events;
    }

    private static <E> E last(List<VerificationEvent> events, Class<E> kind) {
        VerificationEvent last = events.get(events.size() - 1);
        assertThat(last).isInstanceOf(kind);
        return kind.cast(last);
    }

    @Test
    void aNodeWithoutRecordsIsProvenEmptyWithEvidenceOfEachShard() {
        IntStream.range(0, 100).forEach(i -> records.put(i, i, 2, 3));
        ActorRef<VerificationRun.Command> run = verify(records);
        List<VerificationEvent> events = events();
        List<ShardEvidence> evidence =
                last(events, VerificationEvent.Finished.class).evidence();
        assertThat(evidence).extracting(ShardEvidence::shard).containsExactly(1, 2);
        assertThat(evidence).allSatisfy(each -> {
            assertThat(each.source()).isEqualTo("memory");
            assertThat(each.complete()).isTrue();
            assertThat(each.rows().read()).isEqualTo(50);
            assertThat(each.rows().ofNode()).isZero();
            assertThat(each.sample()).isEmpty();
            assertThat(each.before()).isEqualTo(each.after());
            assertThat(each.finishedAt()).isAfterOrEqualTo(each.startedAt());
        });
        assertThat(events.get(events.size() - 2))
                .isInstanceOfSatisfying(
                        VerificationEvent.Progress.class,
                        progress -> assertThat(progress.shards())
                                .filteredOn(VerificationEvent.ShardProgress::verified)
                                .isNotEmpty());
        listener.expectTerminated(run, TIMEOUT);
    }

    @Test
    void aRecordOfTheNodeIsReportedWithItsAddress() {
        IntStream.range(0, 100).forEach(i -> records.put(i, i, 2, i == 42 ? 1 : 3));
        verify(records);
        List<ShardEvidence> evidence =
                last(events(), VerificationEvent.Finished.class).evidence();
        assertThat(evidence.get(0).rows().naming()).isEqualTo(1);
        assertThat(evidence.get(0).sample()).containsExactly(ref(42));
        assertThat(evidence.get(1).rows().ofNode()).isZero();
    }

    @Test
    void aShardThatIsDownIsWaitedForAndTheListenerKnowsSinceWhenAndWhy() {
        IntStream.range(0, 40).forEach(i -> records.put(2 * i, i, 1, 2));
        records.outage(3);
        verify(records);
        List<VerificationEvent> events = events();
        List<VerificationEvent.ShardWaiting> waiting = events.stream()
                .filter(VerificationEvent.ShardWaiting.class::isInstance)
                .map(VerificationEvent.ShardWaiting.class::cast)
                .toList();
        assertThat(waiting)
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.reason()).isEqualTo("shard down"));
        for (int shard : waiting.stream()
                .map(VerificationEvent.ShardWaiting::shard)
                .distinct()
                .toList()) {
            assertThat(waiting.stream()
                            .filter(each -> each.shard() == shard)
                            .map(VerificationEvent.ShardWaiting::since)
                            .distinct())
                    .hasSize(1);
            assertThat(events).contains(new VerificationEvent.ShardResumed(shard));
        }
        assertThat(last(events, VerificationEvent.Finished.class)
                        .evidence()
                        .get(0)
                        .rows()
                        .naming())
                .isEqualTo(40);
    }

    /** The rows of the records; a test replaces a part. */
    private abstract class OtherAudit implements RecordAudit {
        @Override
        public List<Integer> shards() {
            return records.shards();
        }

        @Override
        public String source() {
            return "test";
        }
    }

    @Test
    void aPermanentFailureEndsTheVerificationWithShardAndCause() {
        ActorRef<VerificationRun.Command> run = verify(new OtherAudit() {
            @Override
            public ShardReader open(int shard, StorageNodeId node) {
                return new ShardReader() {
                    @Override
                    public CompletionStage<RowWatermark> watermark() {
                        return shard == 1
                                ? records.open(shard, node).watermark()
                                : CompletableFuture.failedFuture(new IllegalStateException("no table manta"));
                    }

                    @Override
                    public CompletionStage<Range> read(ScanColumn column, long first, long last) {
                        return new CompletableFuture<>();
                    }
                };
            }
        });
        assertThat(last(events(), VerificationEvent.Failed.class))
                .isEqualTo(new VerificationEvent.Failed(2, "no table manta"));
        listener.expectTerminated(run, TIMEOUT);
    }

    @Test
    void aDefectInOneShardFailsTheVerificationAndIsNotMistakenForSuccess() {
        verify(new OtherAudit() {
            @Override
            public ShardReader open(int shard, StorageNodeId node) {
                if (shard == 2) {
                    throw new IllegalStateException("broken");
                }
                return records.open(shard, node);
            }
        });
        assertThat(last(events(), VerificationEvent.Failed.class).shard()).isEqualTo(2);
    }

    @Test
    void readsShareThePermitsOfTheScans() {
        AtomicInteger reads = new AtomicInteger();
        CompletableFuture<RecordAudit.Range> hanging = new CompletableFuture<>();
        permits.read(1, ScanPosition.START, () -> hanging);
        IntStream.range(0, 4).forEach(i -> records.put(i, i, 1, 2));
        verify(new OtherAudit() {
            @Override
            public ShardReader open(int shard, StorageNodeId node) {
                if (shard == 1) {
                    reads.incrementAndGet();
                }
                return records.open(shard, node);
            }
        });
        await().untilAsserted(() -> {
            assertThat(reads).hasValue(1);
            assertThat(permits.waiting()).isEqualTo(1);
        });
        hanging.completeExceptionally(new IllegalStateException("ended"));
        last(events(), VerificationEvent.Finished.class);
    }
}
