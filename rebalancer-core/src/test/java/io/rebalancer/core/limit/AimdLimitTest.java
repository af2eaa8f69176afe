package io.rebalancer.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AimdLimitTest {
    private static final Duration FAST = Duration.ofMillis(5);
    private static final Duration SLOW = Duration.ofSeconds(2);

    private static void answered(AimdLimit limit, int times, Duration took) {
        for (int i = 0; i < times; i++) {
            limit.answered(took);
        }
    }

    @Test
    void itGrowsByOneForEachRoundUpToTheCeiling() {
        AimdLimit limit = new AimdLimit(30, Duration.ofSeconds(1));
        int first = limit.now();
        answered(limit, first + 1, FAST);
        assertThat(limit.now()).isEqualTo(first + 1);
        answered(limit, 10_000, FAST);
        assertThat(limit.now()).isEqualTo(30);
    }

    @Test
    void itHalvesOnceForEachTrouble() {
        AimdLimit limit = new AimdLimit(250, Duration.ofSeconds(1));
        answered(limit, 100_000, FAST);
        assertThat(limit.now()).isEqualTo(250);
        for (int i = 0; i < 250; i++) {
            limit.failed();
        }
        assertThat(limit.now()).as("250 calls that failed together").isEqualTo(125);
        limit.answered(SLOW);
        limit.failed();
        assertThat(limit.now()).isBetween(62, 125);
    }

    @Test
    void itNeverFallsBelowOneAndComesBack() {
        AimdLimit limit = new AimdLimit(4, Duration.ofSeconds(1));
        for (int i = 0; i < 1000; i++) {
            limit.failed();
        }
        assertThat(limit.now()).isEqualTo(1);
        answered(limit, 100, FAST);
        assertThat(limit.now()).isEqualTo(4);
    }

    @Test
    void theCeilingMovesAtOnce() {
        AimdLimit limit = new AimdLimit(250, Duration.ofSeconds(1));
        answered(limit, 100_000, FAST);
        limit.setCeiling(1);
        assertThat(limit.now()).isEqualTo(1);
        limit.setCeiling(10);
        answered(limit, 1000, FAST);
        assertThat(limit.now()).isEqualTo(10);
    }
}
