package io.rebalancer.manager.evacuate.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.ScanPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Reads that a test ends; each notes its name when it starts. */
class ScanPermitsTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final List<String> started = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<String>> reads = new ArrayList<>();
    private int maxShards = 2;
    private final ScanPermits permits = new ScanPermits(() -> maxShards, NEVER, NEVER);

    private CompletionStage<String> read(ScanPermits from, int shard, String name) {
        CompletableFuture<String> end = new CompletableFuture<>();
        reads.add(end);
        return from.read(shard, ScanPosition.START, () -> {
            started.add(name);
            return end;
        });
    }

    @Test
    void onlySoManyShardsAreReadAtATimeAndTheOthersWaitInOrder() {
        read(permits, 1, "1");
        read(permits, 2, "2");
        read(permits, 3, "3");
        read(permits, 4, "4");
        assertThat(started).containsExactly("1", "2");
        assertThat(permits.waiting()).isEqualTo(2);
        reads.get(1).completeExceptionally(new IllegalStateException("no"));
        assertThat(started).containsExactly("1", "2", "3");
        reads.get(0).complete("a");
        assertThat(started).containsExactly("1", "2", "3", "4");
        assertThat(permits.waiting()).isZero();
    }

    @Test
    void theScansOfOneShardTakeTurnsAndUseOnePermit() {
        read(permits, 1, "a1");
        read(permits, 1, "b1");
        read(permits, 1, "a1 again");
        read(permits, 2, "a2");
        assertThat(started).containsExactly("a1", "a2");
        reads.get(0).complete("");
        assertThat(started).containsExactly("a1", "a2", "b1");
        reads.get(1).complete("");
        assertThat(started).containsExactly("a1", "a2", "b1", "a1 again");
    }

    @Test
    void theResultIsTheResultOfTheRead() {
        CompletionStage<String> good = read(permits, 1, "good");
        CompletionStage<String> bad = read(permits, 2, "bad");
        CompletionStage<String> thrown = permits.read(3, ScanPosition.START, () -> {
            throw new IllegalStateException("not started");
        });
        reads.get(0).complete("rows");
        reads.get(1).completeExceptionally(new IllegalStateException("no rows"));
        assertThat(good.toCompletableFuture()).isCompletedWithValue("rows");
        assertThat(bad.toCompletableFuture()).isCompletedExceptionally();
        assertThat(thrown.toCompletableFuture()).isCompletedExceptionally();
        read(permits, 3, "3");
        assertThat(started).contains("3");
    }

    @Test
    void shardsThatHangDoNotStopTheOthers() {
        ScanPermits impatient = new ScanPermits(() -> 2, Duration.ofMillis(10), NEVER);
        read(impatient, 1, "hangs 1");
        read(impatient, 2, "hangs 2");
        read(impatient, 1, "waits for shard 1");
        CompletionStage<String> other = read(impatient, 3, "3");
        await().until(() -> started.contains("3"));
        reads.get(3).complete("rows");
        assertThat(other.toCompletableFuture()).isCompletedWithValue("rows");
        assertThat(started).doesNotContain("waits for shard 1");
        reads.get(0).complete("late");
        await().until(() -> started.contains("waits for shard 1"));
    }

    @Test
    void aRaisedMaximumAppliesWhenTheNextReadEnds() {
        read(permits, 1, "1");
        read(permits, 2, "2");
        read(permits, 3, "3");
        read(permits, 4, "4");
        maxShards = 3;
        reads.get(0).complete("");
        assertThat(started).containsExactly("1", "2", "3", "4");
    }
}
