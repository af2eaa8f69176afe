package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ThrottleTest {
    private static final ByteString CHUNK = ByteString.fromArray(new byte[128 << 10]);
    private static ActorTestKit kit;

    @BeforeAll
    static void startSystem() {
        kit = TestPipeline.kit("throttle");
    }

    @AfterAll
    static void stopSystem() {
        kit.shutdownTestKit();
    }

    private static List<CompletableFuture<ByteString>> delay(Throttle throttle, int chunks) {
        List<CompletableFuture<ByteString>> delayed = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            delayed.add(throttle.delay(CHUNK).toCompletableFuture());
        }
        return delayed;
    }

    /** At 50 bytes per second, the chunks that wait need 23 hours. */
    @ParameterizedTest
    @ValueSource(longs = {50_000_000, 0})
    void chunksThatWaitForARateThatIsTooLowPassWhenItIsCorrected(long corrected) {
        Throttle throttle = new Throttle(kit.system(), 50);
        List<CompletableFuture<ByteString>> delayed = delay(throttle, 32);
        assertThat(delayed).noneMatch(CompletableFuture::isDone);
        throttle.setRate(corrected);
        await().untilAsserted(() ->
                assertThat(delayed).allSatisfy(each -> assertThat(each).isCompletedWithValue(CHUNK)));
    }

    @Test
    void noLimitInBetweenLeavesNoDebtForTheNextRate() {
        Throttle throttle = new Throttle(kit.system(), 50);
        delay(throttle, 32);
        throttle.setRate(0);
        throttle.setRate(50_000_000);
        assertThat(delay(throttle, 1).get(0)).isCompletedWithValue(CHUNK);
    }

    /** A chunk that is larger than the bytes of one second passes after several waits. */
    @Test
    void aChunkPassesInSlicesOfASecond() {
        Throttle throttle = new Throttle(kit.system(), CHUNK.size() / 2 + 1);
        List<CompletableFuture<ByteString>> delayed = delay(throttle, 2);
        await().untilAsserted(() ->
                assertThat(delayed).allSatisfy(each -> assertThat(each).isCompletedWithValue(CHUNK)));
    }

    /** Downloads that ended leave chunks behind; they must not grow without bound. */
    @Test
    void theLongestWaitingChunkIsDroppedWhenTheQueueIsFull() {
        Throttle throttle = new Throttle(kit.system(), 50);
        List<CompletableFuture<ByteString>> delayed = delay(throttle, Throttle.MAX_WAITING + 1);
        assertThat(delayed.get(0)).isCompletedExceptionally();
        assertThat(delayed.subList(1, delayed.size())).noneMatch(CompletableFuture::isDone);
        throttle.setRate(0);
        assertThat(delayed.subList(1, delayed.size()))
                .allSatisfy(each -> assertThat(each).isCompletedWithValue(CHUNK));
    }
}
