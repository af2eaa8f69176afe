package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChunkSizeTest {
    private static final Duration FAST = Duration.ofMillis(50);
    private static final Duration SLOW = Duration.ofSeconds(5);

    private final ChunkSize size = new ChunkSize(1000);

    @Test
    void gapsMakeRangesWider() {
        for (int i = 0; i < 30; i++) {
            size.recordAnswer(3, FAST);
        }
        assertThat(size.width()).isEqualTo(4_000_000);
        assertThat(size.rows()).isEqualTo(1000);
        size.recordAnswer(1000, FAST);
        assertThat(size.width()).isEqualTo(2_000_000);
    }

    @Test
    void denseRowsKeepTheRange() {
        size.recordAnswer(900, FAST);
        assertThat(size.width()).isEqualTo(1000);
    }

    @Test
    void slowAnswersAndFailuresMakeChunksSmallerUntilAnswersAreFast() {
        size.recordAnswer(1000, SLOW);
        assertThat(size.rows()).isEqualTo(250);
        for (int i = 0; i < 10; i++) {
            size.shrink();
        }
        assertThat(size.rows()).isEqualTo(1);
        assertThat(size.width()).isEqualTo(1);
        for (int i = 0; i < 12; i++) {
            size.recordAnswer(size.rows(), FAST);
        }
        assertThat(size.rows()).isEqualTo(1000);
        assertThat(size.width()).isEqualTo(1000);
    }
}
