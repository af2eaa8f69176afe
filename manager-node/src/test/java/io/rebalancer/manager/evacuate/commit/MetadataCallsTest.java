package io.rebalancer.manager.evacuate.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.evacuate.lease.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MetadataCallsTest {
    private static final ActorTestKit KIT = TestSettings.kit("calls");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final AtomicLong nanos = new AtomicLong();
    private final Lease lease = new Lease(nanos::get);
    private final MetadataCalls calls =
            new MetadataCalls(new TierRetry(KIT.system(), LoggerFactory.getLogger("test")), lease, 3, running -> {});

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void callsAboveTheLimitWait() {
        List<CompletableFuture<Integer>> started = new ArrayList<>();
        List<CompletionStage<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(calls.untilAvailable(() -> {
                CompletableFuture<Integer> call = new CompletableFuture<>();
                started.add(call);
                return call;
            }));
        }
        assertThat(started).hasSize(3);
        started.get(0).complete(1);
        assertThat(started).hasSize(4);
        calls.setCeiling(5);
        for (int i = 1; i < started.size(); i++) {
            started.get(i).complete(1);
        }
        assertThat(started).hasSize(10);
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.toCompletableFuture())
                        .succeedsWithin(TIMEOUT)
                        .isEqualTo(1));
    }

    @Test
    void aWriteWaitsUntilTheLeaseIsHeld() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        CompletionStage<Integer> write =
                calls.whileHeld(() -> CompletableFuture.completedFuture(writes.incrementAndGet()));
        assertThat(writes).hasValue(0);
        lease.prove(lease.now());
        assertThat(write.toCompletableFuture().get()).isEqualTo(1);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        calls.whileHeld(() -> CompletableFuture.completedFuture(writes.incrementAndGet()));
        assertThat(writes).hasValue(1);
    }

    @Test
    void onlyAnUnavailableTierIsRetried() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        CompletionStage<String> answer = calls.untilAvailable(() -> tries.incrementAndGet() < 3
                ? CompletableFuture.failedFuture(new TierUnavailable("down", new IOException("refused")))
                : CompletableFuture.completedFuture("up"));
        assertThat(answer.toCompletableFuture().get()).isEqualTo("up");
        assertThat(tries).hasValue(3);
        CompletionStage<String> broken = calls.untilAvailable(() -> {
            throw new IllegalArgumentException("no such shard");
        });
        assertThatThrownBy(() -> broken.toCompletableFuture().get()).hasMessageContaining("no such shard");
    }
}
