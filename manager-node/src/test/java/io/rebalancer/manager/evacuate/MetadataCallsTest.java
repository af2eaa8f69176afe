package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.port.TierUnavailable;
import java.io.IOException;
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

    private final AtomicLong nanos = new AtomicLong();
    private final Lease lease = new Lease(nanos::get);
    private final MetadataCalls calls =
            new MetadataCalls(new Backoff(KIT.system(), LoggerFactory.getLogger("test")), lease, 3, running -> {});

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void theOthersWaitTheirTurn() {
        List<CompletableFuture<Integer>> begun = new ArrayList<>();
        List<CompletionStage<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(calls.untilAvailable(() -> {
                CompletableFuture<Integer> call = new CompletableFuture<>();
                begun.add(call);
                return call;
            }));
        }
        assertThat(begun).hasSize(3);
        begun.get(0).complete(1);
        assertThat(begun).hasSize(4);
        calls.setCeiling(5);
        for (int i = 1; i < begun.size(); i++) {
            begun.get(i).complete(1);
        }
        assertThat(begun).hasSize(10);
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.toCompletableFuture()).isCompletedWithValue(1));
    }

    @Test
    void nothingIsWrittenWithoutTheLease() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        CompletionStage<Integer> write =
                calls.whileHeld(() -> CompletableFuture.completedFuture(writes.incrementAndGet()));
        assertThat(writes).hasValue(0);
        lease.proven(lease.now());
        assertThat(write.toCompletableFuture().get()).isEqualTo(1);
        nanos.addAndGet(Lease.VALID.toNanos());
        calls.whileHeld(() -> CompletableFuture.completedFuture(writes.incrementAndGet()));
        assertThat(writes).hasValue(1);
    }

    @Test
    void aLaterIncarnationOutwaitsTheLeaseOfAnEarlierOne() {
        lease.outwaitEarlier();
        lease.proven(lease.now());
        nanos.addAndGet(Lease.VALID.toNanos() - 1);
        lease.proven(lease.now());
        assertThat(lease.held()).isFalse();
        nanos.addAndGet(1);
        assertThat(lease.held()).isTrue();
    }

    /** The clock of a process that was frozen goes on; an answer that comes late proves nothing about now. */
    @Test
    void aLeaseIsAsOldAsTheQuestionNotTheAnswer() {
        long asked = lease.now();
        nanos.addAndGet(Lease.VALID.toNanos());
        lease.proven(asked);
        assertThat(lease.held()).isFalse();
        lease.proven(lease.now());
        lease.proven(asked);
        assertThat(lease.held()).isTrue();
    }

    @Test
    void anUnavailableTierIsAskedAgainAndAnyOtherFailureIsNot() throws Exception {
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
