package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.estimate.RowIds;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.port.TierUnavailable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The row ids are read once for each pass, from one shard after the other. */
class RowTotalsTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor");

    private final List<Integer> asked = new ArrayList<>();
    private final Deque<CompletableFuture<RowWatermark>> replies = new ArrayDeque<>();
    private final RowTotals totals = new RowTotals(new RecordAudit() {
        @Override
        public List<Integer> shards() {
            return List.of(1, 2);
        }

        @Override
        public String source() {
            return "test";
        }

        @Override
        public ShardReader open(int shard, StorageNodeId node) {
            return new ShardReader() {
                @Override
                public CompletionStage<RowWatermark> watermark() {
                    CompletableFuture<RowWatermark> reply = new CompletableFuture<>();
                    synchronized (replies) {
                        asked.add(shard);
                        replies.addLast(reply);
                    }
                    return reply;
                }

                @Override
                public CompletionStage<RecordAudit.Range> read(ScanColumn column, long first, long last) {
                    long lowest = column == ScanColumn.ID ? 7 : 3;
                    return CompletableFuture.completedFuture(
                            new RecordAudit.Range(last + 1, List.of(lowest, last), List.of()));
                }
            };
        }
    });

    private CompletableFuture<RowWatermark> next() {
        Awaitility.await().until(() -> {
            synchronized (replies) {
                return !replies.isEmpty();
            }
        });
        synchronized (replies) {
            return replies.removeFirst();
        }
    }

    private void awaitKnown() {
        Awaitility.await().until(() -> totals.known().isPresent());
    }

    @Test
    void shardsAreAskedOneAfterTheOtherAndOnce() {
        totals.read(NODE);
        totals.read(NODE);
        CompletableFuture<RowWatermark> first = next();
        assertThat(asked).containsExactly(1);
        assertThat(totals.known()).isEmpty();
        assertThat(totals.problem()).contains("being read");
        first.complete(new RowWatermark(100, 0));
        next().complete(new RowWatermark(200, 5));
        awaitKnown();
        assertThat(totals.known()).contains(Map.of(1, new RowIds(7, 100, 1, 0), 2, new RowIds(7, 200, 3, 5)));
        totals.read(NODE);
        assertThat(asked).containsExactly(1, 2);
    }

    @Test
    void aFailedReadIsNamedAndRepeatedAsOftenAsAsked() {
        for (int attempt = 0; attempt < 3; attempt++) {
            totals.read(NODE);
            next().completeExceptionally(new TierUnavailable("shard 1 is away", new IOException("refused")));
            Awaitility.await().until(() -> totals.problem().contains("shard 1 is away"));
            assertThat(totals.known()).isEmpty();
        }
        totals.read(NODE);
        next().complete(RowWatermark.NONE);
        next().complete(RowWatermark.NONE);
        awaitKnown();
    }

    @Test
    void aReplyForAnEarlierPassIsDropped() {
        totals.read(NODE);
        CompletableFuture<RowWatermark> earlier = next();
        totals.forget();
        totals.read(NODE);
        CompletableFuture<RowWatermark> later = next();
        earlier.completeExceptionally(new TierUnavailable("shard 1 is away", new IOException("refused")));
        assertThat(totals.problem()).contains("being read");
        later.complete(new RowWatermark(100, 0));
        next().complete(new RowWatermark(100, 0));
        awaitKnown();
    }
}
