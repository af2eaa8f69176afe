package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** What is reported as the lag of the tables behind the journal. */
class ProjectionMetricsTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private final ProjectionMetrics metrics = new ProjectionMetrics(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    @Test
    void theLagIsThatOfTheLastWriteUntilNothingIsWrittenAnyMore() {
        assertThat(metrics.lagSeconds()).isZero();
        metrics.recordWrite(1, now.minusSeconds(86_400));
        assertThat(metrics.lagSeconds()).isEqualTo(86_400);
        metrics.recordWrite(1, now.minusSeconds(3));
        assertThat(metrics.lagSeconds()).isEqualTo(3);
        now = now.plus(Duration.ofMinutes(1));
        assertThat(metrics.lagSeconds()).as("nothing waits").isZero();
    }

    @Test
    void aFailureCountsUntilItHasEnded() {
        metrics.recordFailure("job-1", now.minusSeconds(20));
        now = now.plus(Duration.ofMinutes(10));
        assertThat(metrics.lagSeconds()).isEqualTo(620);
        metrics.recordRecovery("job-1");
        assertThat(metrics.lagSeconds()).isZero();
    }

    @Test
    void aProjectorThatStopsReportsNoLag() {
        metrics.recordFailure("job-1", now.minusSeconds(20));
        metrics.recordWrite(1, now.minusSeconds(30));
        metrics.recordStop();
        assertThat(metrics.lagSeconds()).isZero();
    }
}
