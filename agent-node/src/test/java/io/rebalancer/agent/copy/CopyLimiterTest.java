package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.agent.CopyLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Which flushes lower the number of copies at a time. */
class CopyLimiterTest {
    private static final long MIB = 1 << 20;

    private final CopyLimiter limiter = new CopyLimiter(new CopyLimits(0, 0, 32, 32, 0, 100), true);

    private int afterFlush(Duration duration, int files, long bytes) {
        limiter.recordFlush(duration, files, bytes);
        return limiter.effectiveFetches();
    }

    @Test
    void aLargeObjectIsNotSlowBecauseOfItsSize() {
        int before = limiter.effectiveFetches();
        assertThat(afterFlush(Duration.ofSeconds(20), 2, 1024 * MIB)).isGreaterThanOrEqualTo(before);
    }

    @Test
    void aLargeGroupIsNotSlowBecauseOfItsFiles() {
        int before = limiter.effectiveFetches();
        assertThat(afterFlush(Duration.ofMillis(1500), 65, MIB)).isGreaterThanOrEqualTo(before);
    }

    @Test
    void aFlushThatTakesLongForWhatItWritesHalvesTheCopies() {
        int before = limiter.effectiveFetches();
        assertThat(afterFlush(Duration.ofSeconds(2), 2, MIB)).isEqualTo(before / 2);
        CopyLimiter fixed = new CopyLimiter(new CopyLimits(0, 0, 32, 32, 0, 100), false);
        fixed.recordFlush(Duration.ofMinutes(1), 2, MIB);
        assertThat(fixed.effectiveFetches()).isEqualTo(32);
    }

    @Test
    void theCopiesGrowWithQuickFlushesUpToTheLimit() {
        for (int i = 0; i < 2000; i++) {
            limiter.recordFlush(Duration.ofMillis(50), 2, MIB);
        }
        assertThat(limiter.effectiveFetches()).isEqualTo(32);
        limiter.setLimits(new CopyLimits(0, 0, 5, 32, 0, 100));
        assertThat(limiter.effectiveFetches()).isEqualTo(5);
    }
}
