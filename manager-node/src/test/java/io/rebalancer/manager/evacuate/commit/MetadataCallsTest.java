package io.rebalancer.manager.evacuate.commit;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.lease.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MetadataCallsTest {
    private static final ActorTestKit KIT = TestSettings.kit("calls");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final AtomicLong nanos = new AtomicLong();
    private final Lease lease = new Lease(nanos::get);
    private final FaultyTier tier = new FaultyTier();
    private final MetadataShards shards = new MetadataShards(KIT.system(), tier, () -> PATIENCE, running -> {});
    private final WritesInProgress writes = new WritesInProgress();
    private final MetadataCalls calls = calls();

    private MetadataCalls calls() {
        return new MetadataCalls(shards, DestinationCheck.NEVER_REFUSES, lease, writes, 3);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletionStage<Boolean> write() {
        MetadataRecord record =
                tier.records.read(ref(1)).toCompletableFuture().join().orElseThrow();
        return calls.moveCopies(List.of(record), location(1).storageNode(), location(3));
    }

    @Test
    void theCeilingOfAJobHoldsForAllShardsTogetherAndCanBeRaised() {
        CallSlots.Caller job = new CallSlots.Caller(3);
        List<CompletableFuture<Integer>> started = new ArrayList<>();
        List<CompletionStage<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(shards.call(1 + i % 2, job, MetadataShards.Repeat.UNTIL_AWAY, () -> false, () -> {
                CompletableFuture<Integer> call = new CompletableFuture<>();
                started.add(call);
                return call;
            }));
        }
        assertThat(started).hasSize(3);
        assertThat(shards.callsInProgress(1) + shards.callsInProgress(2)).isEqualTo(3);
        assertThat(shards.callsWaiting(1) + shards.callsWaiting(2)).isEqualTo(7);
        started.get(0).complete(1);
        assertThat(started).hasSize(4);
        shards.setCeiling(job, 5);
        for (int i = 1; i < started.size(); i++) {
            started.get(i).complete(1);
        }
        assertThat(started).hasSize(10);
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.toCompletableFuture())
                        .succeedsWithin(TIMEOUT)
                        .isEqualTo(1));
        assertThat(shards.callsInProgress(1) + shards.callsInProgress(2)).isZero();
    }

    /** A pause must not end before a write that an earlier committer of the job has sent. */
    @Test
    void aWriteOfACommitterThatHasFailedIsStillInProgress() {
        lease.prove(lease.now());
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        var unused = writes.track(() -> sent);
        calls.stop();
        CompletableFuture<Void> quiet = calls().stopWriting().toCompletableFuture();
        assertThat(quiet).isNotDone();
        sent.complete(true);
        assertThat(quiet).isCompleted();
    }

    @Test
    void aWriteWaitsUntilTheLeaseIsHeld() throws Exception {
        tier.records.put(1, 1, 1, 2);
        CompletionStage<Boolean> write = write();
        assertThat(tier.records.puts()).isZero();
        lease.prove(lease.now());
        assertThat(write.toCompletableFuture().get(10, TimeUnit.SECONDS)).isTrue();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        write();
        assertThat(tier.records.puts()).isEqualTo(1);
    }

    /** The lease is checked before the call, and again after its lookup, connect and queues. */
    @Test
    void aWriteIsNotSentIfTheLeaseExpiresOnTheWay() throws Exception {
        tier.records.put(1, 1, 1, 2);
        lease.prove(lease.now());
        AtomicInteger attempts = new AtomicInteger();
        tier.beforeSend(() -> {
            if (attempts.incrementAndGet() == 1) {
                nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            }
        });
        CompletionStage<Boolean> write = write();
        assertThat(attempts).hasValue(1);
        assertThat(tier.records.puts()).isZero();
        assertThat(shards.waits()).as("the shard is not to blame").isEmpty();
        lease.prove(lease.now());
        assertThat(write.toCompletableFuture().get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(tier.records.puts()).isEqualTo(1);
    }

    /** Calls that wait for the lease of one job must not keep the slots of a shard from other jobs. */
    @Test
    void aWriteThatWaitsForTheLeaseHoldsNoSlot() {
        tier.records.put(1, 1, 1, 2);
        CompletionStage<Boolean> write = write();
        await().atMost(TIMEOUT)
                .until(() -> shards.callsInProgress(2) == 0
                        && !write.toCompletableFuture().isDone());
        calls.stop();
        // JDK 25 wraps the cancellation, JDK 17 does not.
        assertThatThrownBy(() -> write.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .hasStackTraceContaining("the job has stopped");
    }

    @Test
    void onlyAnUnavailableTierIsRetried() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        CompletionStage<String> answer = call(() -> tries.incrementAndGet() < 3
                ? CompletableFuture.failedFuture(new TierUnavailable("down", new IOException("refused")))
                : CompletableFuture.completedFuture("up"));
        assertThat(answer.toCompletableFuture().get()).isEqualTo("up");
        assertThat(tries).hasValue(3);
        CompletionStage<String> broken = call(() -> {
            throw new IllegalArgumentException("no such shard");
        });
        assertThatThrownBy(() -> broken.toCompletableFuture().get()).hasMessageContaining("no such shard");
    }

    @Test
    void aCallThatNeverSucceedsEndsAlthoughItsShardAnswersOthers() {
        MetadataShards impatient = new MetadataShards(KIT.system(), tier, () -> Duration.ofMillis(300), running -> {});
        CallSlots.Caller job = new CallSlots.Caller(2);
        CompletionStage<String> slow = impatient.call(1, job, MetadataShards.Repeat.UNTIL_AWAY, () -> false, () -> {
            impatient.call(
                    1,
                    job,
                    MetadataShards.Repeat.UNTIL_AWAY,
                    () -> false,
                    () -> CompletableFuture.completedFuture("answered"));
            return CompletableFuture.failedFuture(new TierUnavailable("query timeout", new IOException("timeout")));
        });
        assertThat(slow.toCompletableFuture())
                .failsWithin(TIMEOUT)
                .withThrowableThat()
                .withCauseInstanceOf(ShardAway.class)
                .withMessageContaining("query timeout");
    }

    private CompletionStage<String> call(Supplier<CompletionStage<String>> call) {
        return shards.call(1, new CallSlots.Caller(1), MetadataShards.Repeat.UNTIL_AWAY, () -> false, call);
    }
}
