package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.estimate.PassEstimate;
import io.rebalancer.core.evacuate.EndEstimate;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobRules;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.settings.CurrentFleetSettings;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Estimates for a job whose passes a test plays: they are kept at each quarter, and their error is known after the pass. */
class PassEstimatorTest {
    private static final int RECORDS = 1000;
    private static final Duration FAST = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofSeconds(20);

    private final SettableClock clock = new SettableClock();
    private final RecordsInMemory records = new RecordsInMemory();
    private final PassEstimator estimator = new PassEstimator(
            records,
            new JobLimits(
                    () -> EvacuateSettings.from(SettingsFile.over(ConfigFactory.empty())),
                    CurrentFleetSettings.none(),
                    () -> 1),
            clock);
    private JobState job = JobState.EMPTY;

    private void apply(JobEvent event) {
        estimator.follow(event);
        job = job.apply(event);
    }

    private PassEstimate estimate() {
        return estimator.measured(job).estimate();
    }

    private void keepIfDue() {
        estimator
                .due(job)
                .ifPresent(command -> JobRules.decide(job, command, clock.instant())
                        .<Void>fold(
                                events -> {
                                    events.forEach(this::apply);
                                    return null;
                                },
                                refused -> {
                                    throw new AssertionError(refused.detail());
                                }));
    }

    private void beginPass(int number) {
        apply(new JobEvent.PassStarted(number, clock.instant(), PassScope.ALL_RECORDS));
        estimator.beginScan(job);
        Awaitility.await().until(() -> {
            keepIfDue();
            return !estimate().basis().contains("being read");
        });
    }

    private void create() {
        for (int each = 0; each < RECORDS; each++) {
            records.put(each, each, 1, 2);
        }
        apply(new JobEvent.JobCreated(RecordsInMemory.location(1), 0, Optional.empty(), clock.instant()));
        beginPass(1);
    }

    /** The pass is done with some tenths of the rows, each of which takes {@code time}. */
    private void work(int from, int to, Duration time) {
        for (int tenth = from + 1; tenth <= to; tenth++) {
            ScanPosition next = ScanPosition.at(ScanColumn.ID, RECORDS / 10L * tenth + 1);
            estimator.follow(new PlanningEvent.RowsRead(1, next, RECORDS / 20));
            estimator.follow(new PlanningEvent.RowsRead(2, next, RECORDS / 20));
            clock.pass(time);
            apply(new JobEvent.RecordsExcepted(unmoved(), Map.of()));
            keepIfDue();
        }
    }

    private static List<UnmovedRecord> unmoved() {
        return IntStream.range(0, RECORDS / 10)
                .mapToObj(each -> new UnmovedRecord(
                        new RecordRef(1, "/o/stor/" + each),
                        UnmovedRecord.Kind.SKIPPED,
                        Reason.NO_DESTINATION,
                        "all nodes are full"))
                .toList();
    }

    private List<EndEstimate> kept() {
        return estimator.measured(job).kept();
    }

    @Test
    void estimatesAreKeptAndTheirErrorIsKnownAfterThePass() {
        create();
        work(0, 3, FAST);
        assertThat(kept()).singleElement().matches(each -> each.percent() >= 28 && each.percent() <= 30);
        assertThat(kept().get(0).likely())
                .isBetween(clock.instant().plusSeconds(60), clock.instant().plusSeconds(115));
        work(3, 10, SLOW);
        assertThat(kept()).extracting(EndEstimate::percent).hasSize(3).allMatch(at -> at < 90);
        assertThat(kept()).allMatch(each -> each.error().isEmpty());

        apply(new JobEvent.PassFinished(1, Optional.of(clock.instant())));
        assertThat(kept().get(0).error().orElseThrow())
                .as("the pass became slower after its first estimate")
                .isBetween(1.2, 2.4);
        beginPass(2);
        work(0, 3, FAST);
        assertThat(kept())
                .as("those of the new pass")
                .singleElement()
                .matches(each -> each.percent() >= 28 && each.percent() <= 30);
    }

    /** A chunk can be most of a small shard. */
    @Test
    void recordsThatAreReadAndWaitAreLeft() {
        create();
        ScanPosition end = ScanPosition.at(ScanColumn.ID, RECORDS + 1);
        estimator.follow(new PlanningEvent.RowsRead(1, end, RECORDS / 2));
        estimator.follow(new PlanningEvent.RowsRead(2, end, RECORDS / 2));
        for (int each = 0; each < 4; each++) {
            clock.pass(FAST);
            apply(new JobEvent.RecordsExcepted(unmoved(), Map.of()));
        }
        assertThat(estimate().percent()).contains(40);
        assertThat(secondsLeft()).isBetween(55L, 90L);
    }

    @Test
    void aRestartedScanKnowsWhatIsBehindItsMark() {
        create();
        ScanPosition mark = ScanPosition.at(ScanColumn.ID, RECORDS / 2 + 1);
        for (int each = 0; each < 5; each++) {
            clock.pass(FAST);
            apply(new JobEvent.RecordsExcepted(unmoved(), Map.of(1, mark, 2, mark)));
        }
        estimator.beginScan(job);
        assertThat(estimate().percent()).contains(50);
    }

    @Test
    void aHeldJobHasNoEstimateAndItsPauseDoesNotSlowTheNext() {
        create();
        work(0, 4, FAST);
        long left = secondsLeft();
        apply(new JobEvent.JobPausing(clock.instant()));
        apply(new JobEvent.JobPaused(List.of(), clock.instant()));
        assertThat(estimate().basis()).isEqualTo("unknown, because an operator has paused the job");
        clock.pass(Duration.ofHours(5));
        apply(new JobEvent.JobResumed(JobPhase.RUNNING, clock.instant()));
        assertThat(estimate().basis()).contains("the rate is measured after 20 s of work");
        work(4, 7, FAST);
        assertThat(secondsLeft()).isPositive().isLessThan(left);
    }

    private long secondsLeft() {
        return Duration.between(clock.instant(), estimate().likely().orElseThrow())
                .toSeconds();
    }

    @Test
    void aPassOverExceptionsHasNoEstimate() {
        create();
        apply(new JobEvent.PassFinished(1, Optional.of(clock.instant())));
        assertThat(estimate().basis()).startsWith("unknown, because the next pass has not begun");
        apply(new JobEvent.PassStarted(2, clock.instant(), PassScope.UNMOVED_RECORDS));
        keepIfDue();
        assertThat(estimate().basis()).startsWith("unknown, because this pass only retries exceptions");
    }
}
