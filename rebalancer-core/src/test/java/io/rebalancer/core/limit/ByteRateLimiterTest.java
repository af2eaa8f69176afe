package io.rebalancer.core.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRateLimiterTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void withoutALimitThereIsNoWait() {
        ByteRateLimiter limiter = new ByteRateLimiter(0);
        assertThat(limiter.tryPass(Long.MAX_VALUE / 2, 0)).isZero();
        assertThat(limiter.tryPass(1, 1)).isZero();
    }

    @Test
    void anIdlePeriodIsNotFollowedByABurst() {
        ByteRateLimiter limiter = new ByteRateLimiter(1000);
        assertThat(limiter.tryPass(1000, 0)).isZero();
        assertThat(limiter.tryPass(1000, 0)).isEqualTo(SECOND);
        long muchLater = 100 * SECOND;
        assertThat(limiter.tryPass(1000, muchLater)).isZero();
        assertThat(limiter.tryPass(1000, muchLater)).isBetween(SECOND / 2, SECOND);
    }

    @Test
    void aNewRateAppliesToTheNextBytes() {
        ByteRateLimiter limiter = new ByteRateLimiter(1000);
        limiter.tryPass(1000, 0);
        limiter.setRate(100_000, SECOND);
        assertThat(limiter.tryPass(1000, SECOND)).isZero();
        assertThat(limiter.tryPass(1000, SECOND)).isLessThan(SECOND / 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100_000, 50_000_000})
    void aNewRateCutsTheDebtOfTheFormerRate(long bytesPerSecond) {
        ByteRateLimiter limiter = new ByteRateLimiter(50);
        assertThat(limiter.tryPass(50, 0)).isZero();
        limiter.setRate(bytesPerSecond, 1);
        assertThat(limiter.tryPass(1, 1)).isZero();
    }

    /** "No limit" between two rates does not restore the debt of the first rate. */
    @Test
    void noLimitCutsTheDebtToo() {
        ByteRateLimiter limiter = new ByteRateLimiter(50);
        assertThat(limiter.tryPass(50, 0)).isZero();
        limiter.setRate(0, 1);
        limiter.setRate(1000, 2);
        assertThat(limiter.tryPass(1, 2)).isZero();
    }

    @Test
    void noWaitIsLongerThanASecond() {
        ByteRateLimiter limiter = new ByteRateLimiter(50);
        assertThat(limiter.maxBytes()).isEqualTo(50);
        assertThatThrownBy(() -> limiter.tryPass(51, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 50 bytes");
        assertThat(limiter.tryPass(50, 0)).isZero();
        for (int i = 0; i < 100; i++) {
            assertThat(limiter.tryPass(50, 0)).as("a refused try adds no debt").isEqualTo(SECOND);
        }
    }

    /** For bytes of any number at any time, no period of ten seconds exceeds the rate by more than 5 %. */
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
            long wait = limiter.tryPass(bytes, now);
            if (wait > 0) {
                now += wait;
                assertThat(limiter.tryPass(bytes, now)).isZero();
            }
            if (now / SECOND < perSecond.length) {
                perSecond[(int) (now / SECOND)] += bytes;
            }
            // Each try starts when the previous bytes have passed, sometimes after an idle period.
            now += random.nextInt(2000) == 0 ? random.nextInt(3) * SECOND : 0;
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
