package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.explain.StageRates;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The rates cover the last minute, and an assignment is in flight from its plan to its end. */
class StageMeterTest {
    private static final Instant START = Instant.EPOCH;
    private static final UUID ID = new UUID(3, 1);

    private final SettableClock clock = new SettableClock();
    private final StageMeter meter = new StageMeter(clock);

    private static JobEvent planned(long mark) {
        CopyTask task = new CopyTask(
                new RecordRef(1, "/o/stor/1"),
                new UUID(1, 1),
                new UUID(2, 2),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
        return new JobEvent.AssignmentPlanned(
                new Assignment(ID, location(3), List.of(task, task)), Map.of(1, ScanPosition.at(ScanColumn.ID, mark)));
    }

    private static JobEvent committed() {
        return new JobEvent.RelocationsCommitted(ID, new SettledCounts(1, 0, 1, 0, 5), List.of(), Optional.empty());
    }

    @Test
    void aStageCountsForAMinute() {
        meter.follow(new JobEvent.PassStarted(1, START, PassScope.ALL_RECORDS));
        meter.follow(planned(100));
        clock.pass(Duration.ofSeconds(30));
        meter.follow(new JobEvent.ScanAdvanced(Map.of(1, ScanPosition.at(ScanColumn.ID, 350))));
        meter.follow(new JobEvent.CopiesFinished(ID, List.of()));
        meter.follow(committed());
        assertThat(meter.rates()).isEqualTo(new StageRates(30, 250, 2, 2, 2));
        clock.pass(Duration.ofSeconds(31));
        assertThat(meter.rates()).isEqualTo(new StageRates(60, 250, 0, 2, 2));
        clock.pass(Duration.ofSeconds(30));
        assertThat(meter.rates()).isEqualTo(new StageRates(60, 0, 0, 0, 0));
    }

    @Test
    void anAssignmentIsInFlightFromItsPlanToItsEnd() {
        assertThat(meter.plannedAt(ID)).isEmpty();
        meter.follow(planned(100));
        clock.pass(Duration.ofSeconds(5));
        assertThat(meter.plannedAt(ID)).contains(START);
        meter.follow(new JobEvent.AssignmentLost(ID, List.of(), Optional.empty()));
        assertThat(meter.plannedAt(ID)).isEmpty();
    }
}
