package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PassScheduleTest {
    private final SettableClock clock = new SettableClock();
    private final PassSchedule schedule = new PassSchedule(
            () -> TestSettings.evacuate("rebalancer.evacuate { retry-pause-min = 8s, retry-pause-max = 20s }"),
            clock,
            new RecordsInMemory());

    private static JobState afterPasses(int fruitless) {
        JobState job = JobState.EMPTY.apply(new JobEvent.JobCreated(location(1), 0, Instant.EPOCH));
        for (int pass = 1; pass <= fruitless; pass++) {
            job = job.apply(new JobEvent.PassStarted(pass, Instant.EPOCH, PassScope.ALL_RECORDS))
                    .apply(new JobEvent.RecordsExcepted(
                            List.of(new UnmovedRecord(
                                    RecordsInMemory.ref(1),
                                    UnmovedRecord.Kind.SKIPPED,
                                    Reason.NO_DESTINATION,
                                    "all are full")),
                            Map.of()))
                    .apply(new JobEvent.PassFinished(pass, Optional.of(Instant.EPOCH)));
        }
        return job;
    }

    @Test
    void theDelayGrowsUpToItsMaximum() {
        assertThat(schedule.untilNextPass(afterPasses(1))).isEqualTo(Duration.ofSeconds(8));
        assertThat(schedule.untilNextPass(afterPasses(2))).isEqualTo(Duration.ofSeconds(16));
        assertThat(schedule.untilNextPass(afterPasses(3))).isEqualTo(Duration.ofSeconds(20));
    }

    /** A manager that takes the job over continues the delay. */
    @Test
    void theDelayCountsFromTheStoredEndOfThePass() {
        clock.pass(Duration.ofSeconds(6));
        assertThat(schedule.untilNextPass(afterPasses(1))).isEqualTo(Duration.ofSeconds(2));
        clock.pass(Duration.ofSeconds(6));
        assertThat(schedule.untilNextPass(afterPasses(1))).isZero();
    }

    @Test
    void theWaitForTheNextPassIsShownWithItsEnd() {
        assertThat(schedule.waiting(afterPasses(1))).hasValueSatisfying(wait -> {
            assertThat(wait.until()).contains(Instant.EPOCH.plusSeconds(8));
            assertThat(wait.detail()).contains("pass 1 left 1 records");
        });
        assertThat(schedule.waiting(JobState.EMPTY)).isEmpty();
    }

    /** The pass before settled everything, so without this delay the two would follow each other at once, for ever. */
    @Test
    void aVerificationThatFoundRowsIsFollowedByADelay() {
        JobState job = JobState.EMPTY
                .apply(new JobEvent.JobCreated(location(1), 0, Instant.EPOCH))
                .apply(new JobEvent.VerificationFinished(List.of(evidence(3)), Instant.EPOCH));
        assertThat(schedule.untilNextPass(job)).isEqualTo(Duration.ofSeconds(8));
    }

    private static ShardEvidence evidence(long naming) {
        return new ShardEvidence(
                1,
                "memory",
                RowWatermark.NONE,
                RowWatermark.NONE,
                true,
                new VerifiedRows(10, naming, 0, 0, 0),
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH);
    }

    /** A job must not wait for ever for a read side that is down. */
    @Test
    void aListThatStaysIncompleteMakesThePassVisitAllRecords() {
        schedule.isListComplete(new UUID(1, 1), 17);
        assertThat(schedule.scope(false)).isEmpty();
        clock.pass(Duration.ofSeconds(29));
        schedule.isListComplete(new UUID(1, 1), 17);
        assertThat(schedule.scope(false)).isEmpty();
        clock.pass(Duration.ofSeconds(1));
        assertThat(schedule.scope(false)).contains(PassScope.ALL_RECORDS);
        schedule.isListComplete(new UUID(1, 1), 30);
        assertThat(schedule.scope(false))
                .as("the next pass has the same patience")
                .isEmpty();
    }

    @Test
    void aCompleteListIsUsedAtOnce() {
        schedule.isListComplete(new UUID(1, 1), 17);
        assertThat(schedule.scope(true)).contains(PassScope.UNMOVED_RECORDS);
    }
}
