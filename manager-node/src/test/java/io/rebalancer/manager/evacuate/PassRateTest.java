package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.estimate.MeasuredRate;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The rate covers complete slices of work. */
class PassRateTest {
    private final SettableClock clock = new SettableClock();
    private final PassRate rate = new PassRate(clock);

    private static JobEvent committed(long records) {
        return new JobEvent.RelocationsCommitted(
                new UUID(3, 1), new SettledCounts(records, 0, 0, 0, records * 10), List.of(), Optional.empty());
    }

    private static JobEvent givenUp() {
        return new JobEvent.RecordsExcepted(
                List.of(new UnmovedRecord(
                        new RecordRef(1, "/o/stor/1"), UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "full")),
                Map.of());
    }

    private void work(int slices, long records) {
        for (int each = 0; each < slices; each++) {
            rate.follow(committed(records));
            clock.pass(Duration.ofSeconds(5));
        }
    }

    @Test
    void recordsThatAreGivenUpAreDoneToo() {
        work(3, 20);
        rate.follow(givenUp());
        clock.pass(Duration.ofSeconds(5));
        MeasuredRate now = rate.now();
        assertThat(now.seconds()).isEqualTo(20);
        assertThat(now.records()).isEqualTo(61);
        assertThat(now.bytes()).isEqualTo(600);
        assertThat(now.relativeError()).isBetween(0.5, 1.0);
    }

    @Test
    void aSteadyRateHasNoErrorAndTimeWithoutWorkCounts() {
        work(10, 20);
        assertThat(rate.now().relativeError()).isZero();
        clock.pass(Duration.ofSeconds(50));
        assertThat(rate.now().recordsPerSecond()).isEqualTo(2);
    }

    @Test
    void onlyTheLastTenMinutesCount() {
        work(200, 20);
        assertThat(rate.now().seconds()).isEqualTo(600);
        assertThat(rate.now().records()).isEqualTo(120 * 20);
        clock.pass(Duration.ofDays(1));
        assertThat(rate.now()).isEqualTo(new MeasuredRate(600, 0, 0, 1));
        work(1, 60);
        assertThat(rate.now().records()).isEqualTo(60);
    }

    @Test
    void aPauseDoesNotCount() {
        work(10, 20);
        clock.pass(Duration.ofHours(1));
        rate.follow(new JobEvent.JobResumed(JobPhase.RUNNING, clock.instant()));
        assertThat(rate.now().seconds()).isZero();
        work(4, 20);
        assertThat(rate.now().recordsPerSecond()).isEqualTo(4);
        rate.follow(new JobEvent.PassStarted(2, Instant.EPOCH, PassScope.ALL_RECORDS));
        assertThat(rate.now().recordsPerSecond()).isZero();
    }
}
