package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a manager shows of its jobs. */
class JobGaugesTest {
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);
    private static final JobState CREATED =
            JobState.EMPTY.apply(new JobEvent.JobCreated(location(1), 0, Instant.EPOCH));
    private static final JobState RUNNING =
            CREATED.apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS));
    private static final JobState STALLED = RUNNING.apply(new JobEvent.JobStalled("shard 7", Instant.EPOCH));

    private final SettableClock clock = new SettableClock();
    private final JobGauges gauges = new JobGauges(clock);

    @Test
    void jobsAreCountedByPhase() {
        gauges.show(FIRST, RUNNING, clock.instant());
        gauges.show(SECOND, RUNNING, clock.instant());
        assertThat(gauges.count(JobPhase.RUNNING)).isEqualTo(2);
        gauges.show(SECOND, STALLED, clock.instant());
        assertThat(gauges.count(JobPhase.RUNNING)).isEqualTo(1);
        assertThat(gauges.count(JobPhase.STALLED)).isEqualTo(1);
        gauges.forget(SECOND);
        assertThat(gauges.count(JobPhase.STALLED)).isZero();
    }

    @Test
    void theJobWithoutProgressForLongestCounts() {
        Instant start = clock.instant();
        clock.pass(Duration.ofMinutes(10));
        gauges.show(FIRST, STALLED, start);
        gauges.show(SECOND, RUNNING, clock.instant());
        clock.pass(Duration.ofMinutes(5));
        assertThat(gauges.progressAgeSeconds()).isEqualTo(900);
        gauges.forget(FIRST);
        assertThat(gauges.progressAgeSeconds()).isEqualTo(300);
    }

    /** Between passes, and while a job is paused, nothing has to progress. */
    @Test
    void onlyAPassThatRunsHasAnAge() {
        gauges.show(FIRST, CREATED, clock.instant());
        clock.pass(Duration.ofMinutes(10));
        assertThat(gauges.progressAgeSeconds()).isZero();
        assertThat(gauges.count(JobPhase.SETUP)).isEqualTo(1);
    }

    @Test
    void aJobThatHasEndedIsNotShown() {
        gauges.show(FIRST, RUNNING, clock.instant());
        gauges.show(
                FIRST,
                RUNNING.apply(new JobEvent.JobEnded(JobPhase.FAILED, "no shard", Instant.EPOCH)),
                clock.instant());
        clock.pass(Duration.ofMinutes(10));
        assertThat(gauges.progressAgeSeconds()).isZero();
        assertThat(gauges.count(JobPhase.FAILED)).isZero();
        assertThat(gauges.assignments()).isZero();
    }
}
