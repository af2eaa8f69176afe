package io.rebalancer.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRateLimiterTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void withoutALimitNobodyWaits() {
        ByteRateLimiter rate = new ByteRateLimiter(0);
        assertThat(rate.take(Long.MAX_VALUE / 2, 0)).isZero();
        assertThat(rate.take(1, 1)).isZero();
    }

    @Test
    void aPauseIsNotFollowedByAFlood() {
        ByteRateLimiter rate = new ByteRateLimiter(1000);
        assertThat(rate.take(1000, 0)).isZero();
        assertThat(rate.take(1000, 0)).isEqualTo(SECOND);
        long muchLater = 100 * SECOND;
        assertThat(rate.take(1000, muchLater)).isZero();
        assertThat(rate.take(1000, muchLater)).isBetween(SECOND / 2, SECOND);
    }

    @Test
    void aNewRateCountsFromTheNextBytesOn() {
        ByteRateLimiter rate = new ByteRateLimiter(1000);
        rate.take(1000, 0);
        rate.set(100_000);
        assertThat(rate.take(1000, SECOND)).isZero();
        assertThat(rate.take(1000, SECOND)).isLessThan(SECOND / 10);
    }

    /** Takers of any size and at any time: over any ten seconds no more than 5 % above the rate passes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void overTenSecondsNoMoreThanTheRatePasses(long seed) {
        Random random = new Random(seed);
        long bytesPerSecond = 1_000_000;
        ByteRateLimiter rate = new ByteRateLimiter(bytesPerSecond);
        long[] perSecond = new long[200];
        long now = 0;
        while (now < 150 * SECOND) {
            int bytes = 1 + random.nextInt(65_536);
            long passes = now + rate.take(bytes, now);
            if (passes / SECOND < perSecond.length) {
                perSecond[(int) (passes / SECOND)] += bytes;
            }
            // One taker after the other, each when the one before has passed, with a rest now and then.
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
