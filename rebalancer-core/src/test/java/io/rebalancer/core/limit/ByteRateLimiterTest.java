package io.rebalancer.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRateLimiterTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void withoutALimitThereIsNoWait() {
        ByteRateLimiter limiter = new ByteRateLimiter(0);
        assertThat(limiter.reserve(Long.MAX_VALUE / 2, 0)).isZero();
        assertThat(limiter.reserve(1, 1)).isZero();
    }

    @Test
    void anIdlePeriodIsNotFollowedByABurst() {
        ByteRateLimiter limiter = new ByteRateLimiter(1000);
        assertThat(limiter.reserve(1000, 0)).isZero();
        assertThat(limiter.reserve(1000, 0)).isEqualTo(SECOND);
        long muchLater = 100 * SECOND;
        assertThat(limiter.reserve(1000, muchLater)).isZero();
        assertThat(limiter.reserve(1000, muchLater)).isBetween(SECOND / 2, SECOND);
    }

    @Test
    void aNewRateAppliesToTheNextBytes() {
        ByteRateLimiter limiter = new ByteRateLimiter(1000);
        limiter.reserve(1000, 0);
        limiter.setRate(100_000);
        assertThat(limiter.reserve(1000, SECOND)).isZero();
        assertThat(limiter.reserve(1000, SECOND)).isLessThan(SECOND / 10);
    }

    /** For reservations of any size at any time, no period of ten seconds exceeds the rate by more than 5 %. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noTenSecondsExceedTheRate(long seed) {
        Random random = new Random(seed);
        long bytesPerSecond = 1_000_000;
        ByteRateLimiter limiter = new ByteRateLimiter(bytesPerSecond);
        long[] perSecond = new long[200];
        long now = 0;
        while (now < 150 * SECOND) {
            int bytes = 1 + random.nextInt(65_536);
            long passes = now + limiter.reserve(bytes, now);
            if (passes / SECOND < perSecond.length) {
                perSecond[(int) (passes / SECOND)] += bytes;
            }
            // Each reservation starts when the previous bytes have passed, sometimes after an idle period.
            now = passes + (random.nextInt(2000) == 0 ? random.nextInt(3) * SECOND : 0);
        }
        for (int from = 0; from + 10 < 150; from++) {
            long sum = 0;
            for (int second = from; second < from + 10; second++) {
                sum += perSecond[second];
            }
            assertThat(sum).isLessThanOrEqualTo((long) (bytesPerSecond * 10 * 1.05));
        }
    }
}
