package io.rebalancer.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AimdLimitTest {
    private static final Duration FAST = Duration.ofMillis(5);
    private static final Duration SLOW = Duration.ofSeconds(2);

    private static void recordReplies(AimdLimit limit, int times, Duration took) {
        for (int i = 0; i < times; i++) {
            limit.recordReply(took);
        }
    }

    @Test
    void theLimitGrowsByOnePerRoundUpToTheCeiling() {
        AimdLimit limit = new AimdLimit(30, Duration.ofSeconds(1));
        int first = limit.current();
        recordReplies(limit, first + 1, FAST);
        assertThat(limit.current()).isEqualTo(first + 1);
        recordReplies(limit, 10_000, FAST);
        assertThat(limit.current()).isEqualTo(30);
    }

    @Test
    void theLimitHalvesOnceForConcurrentFailures() {
        AimdLimit limit = new AimdLimit(250, Duration.ofSeconds(1));
        recordReplies(limit, 100_000, FAST);
        assertThat(limit.current()).isEqualTo(250);
        for (int i = 0; i < 250; i++) {
            limit.recordFailure();
        }
        assertThat(limit.current())
                .as("limit after 250 concurrent calls failed")
                .isEqualTo(125);
        limit.recordReply(SLOW);
        limit.recordFailure();
        assertThat(limit.current()).isBetween(62, 125);
    }

    @Test
    void theLimitStaysAtLeastOneAndRecovers() {
        AimdLimit limit = new AimdLimit(4, Duration.ofSeconds(1));
        for (int i = 0; i < 1000; i++) {
            limit.recordFailure();
        }
        assertThat(limit.current()).isEqualTo(1);
        recordReplies(limit, 100, FAST);
        assertThat(limit.current()).isEqualTo(4);
    }

    @Test
    void aNewCeilingTakesEffectAtOnce() {
        AimdLimit limit = new AimdLimit(250, Duration.ofSeconds(1));
        recordReplies(limit, 100_000, FAST);
        limit.setCeiling(1);
        assertThat(limit.current()).isEqualTo(1);
        limit.setCeiling(10);
        recordReplies(limit, 1000, FAST);
        assertThat(limit.current()).isEqualTo(10);
    }
}
