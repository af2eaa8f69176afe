package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("slow")
class ThrottleTest {
    private static final int CHUNK = 128 << 10;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private List<CompletableFuture<Void>> pass(Throttle throttle, int chunks, Interruption interruption) {
        List<CompletableFuture<Void>> passed = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            passed.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            throttle.await(CHUNK, interruption);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    threads));
        }
        return passed;
    }

    private static void awaitAll(List<CompletableFuture<Void>> passed) {
        await().untilAsserted(() ->
                assertThat(passed).allSatisfy(each -> assertThat(each).isCompleted()));
    }

    /** At 50 bytes per second, the chunks that wait need 23 hours. */
    @ParameterizedTest
    @ValueSource(longs = {50_000_000, 0})
    void chunksThatWaitForARateThatIsTooLowPassWhenItIsCorrected(long corrected) {
        Throttle throttle = new Throttle(50);
        List<CompletableFuture<Void>> passed = pass(throttle, 32, new Interruption());
        assertThat(passed).noneMatch(CompletableFuture::isDone);
        throttle.setRate(corrected);
        awaitAll(passed);
    }

    @Test
    void noLimitInBetweenLeavesNoDebtForTheNextRate() {
        Throttle throttle = new Throttle(50);
        List<CompletableFuture<Void>> first = pass(throttle, 32, new Interruption());
        throttle.setRate(0);
        awaitAll(first);
        throttle.setRate(50_000_000);
        awaitAll(pass(throttle, 1, new Interruption()));
    }

    /** A chunk that is larger than the bytes of one second passes after several waits. */
    @Test
    void aChunkPassesInSlicesOfASecond() {
        awaitAll(pass(new Throttle(CHUNK / 2 + 1), 2, new Interruption()));
    }

    @Test
    void anInterruptedCopyDoesNotWaitForTheRate() {
        Throttle throttle = new Throttle(50);
        Interruption interruption = new Interruption();
        List<CompletableFuture<Void>> passed = pass(throttle, 32, interruption);
        interruption.request();
        throttle.wake();
        awaitAll(passed);
    }
}
