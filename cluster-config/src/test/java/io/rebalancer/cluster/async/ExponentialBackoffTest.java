package io.rebalancer.cluster.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExponentialBackoffTest {

    /** The last two rows overflow a long when they double 63 times. */
    @ParameterizedTest
    @CsvSource({"PT0.5S, PT20S", "PT0.001S, PT0.001S", "PT1H, PT24H", "PT1H, PT876000H", "PT8760H, PT8760000H"})
    void eachDelayIsInTheUpperHalfOfARangeThatDoublesUpToTheMaximum(Duration min, Duration max) {
        ExponentialBackoff backoff = new ExponentialBackoff(min, max);
        for (int failures = 0; failures <= 70; failures++) {
            long ceiling = BigInteger.valueOf(min.toMillis())
                    .shiftLeft(failures)
                    .min(BigInteger.valueOf(max.toMillis()))
                    .longValueExact();
            for (int draw = 0; draw < 50; draw++) {
                assertThat(backoff.delay(failures).toMillis()).isBetween(ceiling / 2, ceiling);
            }
        }
    }

    @Test
    void delaysAreJittered() {
        ExponentialBackoff backoff = new ExponentialBackoff(Duration.ofHours(1), Duration.ofHours(1));
        assertThat(IntStream.range(0, 20)
                        .mapToObj(draw -> backoff.delay(3))
                        .distinct()
                        .count())
                .isGreaterThan(1);
    }

    @Test
    void aNegativeNumberOfFailuresCountsAsNone() {
        ExponentialBackoff backoff = new ExponentialBackoff(Duration.ofMillis(100), Duration.ofSeconds(1));
        assertThat(backoff.delay(-1)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    }

    @ParameterizedTest
    @CsvSource({"PT0S, PT1S", "PT-1S, PT1S", "PT2S, PT1S"})
    void invalidBoundsAreRejected(Duration min, Duration max) {
        assertThatThrownBy(() -> new ExponentialBackoff(min, max))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 < min <= max");
    }
}
