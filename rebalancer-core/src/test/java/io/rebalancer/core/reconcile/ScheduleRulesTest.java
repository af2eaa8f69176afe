package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.ScheduleRules.Begin;
import io.rebalancer.core.reconcile.ScheduleRules.ChangeTimes;
import io.rebalancer.core.reconcile.ScheduleRules.Decision;
import io.rebalancer.core.reconcile.ScheduleRules.Skip;
import io.rebalancer.core.reconcile.ScheduleRules.Wait;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleRulesTest {
    private static final String DAILY = "0 3 * * * UTC";
    private static final UUID SEED = new UUID(3, 4);
    private static final Instant SET = Instant.parse("2026-06-10T12:00:00Z");
    private static final Instant FIRST = Instant.parse("2026-06-11T03:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final RunTimetable exact = daily(Duration.ZERO);
    private ScheduleState state = ScheduleState.EMPTY;

    private static RunTimetable daily(Duration jitter) {
        return new RunTimetable(new CronTimes(RegularTimes.daily(3, 0), ZoneId.of("UTC")), jitter, SEED);
    }

    private void apply(ScheduleEvent event) {
        state = state.apply(event);
    }

    private void setTimes() {
        apply(new ScheduleEvent.TimesChanged(DAILY, SEED, SET));
    }

    private Decision decide(RunTimetable table, Instant now) {
        return ScheduleRules.decide(state, DAILY, Optional.of(table), now);
    }

    private RunOrder begin(Begin due) {
        RunOrder order = new RunOrder(
                exact.runId(due.time()),
                state.lastNumber() + 1,
                RunMode.PLAN,
                List.of(ReconcileSamples.NODE),
                Optional.empty(),
                "schedule",
                Map.of(),
                false,
                Optional.empty());
        apply(new ScheduleEvent.RunRegistered(order, due.time()));
        apply(new ScheduleEvent.RunScheduled(order.id(), due.time(), due.missed(), due.time()));
        return order;
    }

    private void end(UUID run, Instant at) {
        apply(new ScheduleEvent.RunClosed(run, Map.of(), at));
        apply(new ScheduleEvent.RunEnded(run, RunPhase.FINISHED, Optional.empty(), "", List.of(), at));
    }

    @Test
    void aScheduleBeginsWithItsNextTimeAndMakesUpForNone() {
        assertThat(decide(exact, SET)).isEqualTo(new ChangeTimes());
        setTimes();
        assertThat(decide(exact, SET)).isEqualTo(new Wait());
        assertThat(decide(exact, FIRST.minusMillis(1))).isEqualTo(new Wait());
        assertThat(decide(exact, FIRST)).isEqualTo(new Begin(FIRST, 0));
        assertThat(exact.nextStart(SET, SET)).contains(FIRST);
    }

    @Test
    void aTimeIsDecidedOnce() {
        setTimes();
        RunOrder order = begin(new Begin(FIRST, 0));
        end(order.id(), FIRST.plusSeconds(60));
        assertThat(decide(exact, FIRST.plusSeconds(70))).isEqualTo(new Wait());
        assertThat(decide(exact, FIRST.plus(DAY))).isEqualTo(new Begin(FIRST.plus(DAY), 0));
    }

    /** Three nights without a manager: one run begins, not three. */
    @Test
    void afterAnOutageOneRunBeginsLate() {
        setTimes();
        Instant back = FIRST.plus(DAY.multipliedBy(2)).plusSeconds(5000);
        assertThat(decide(exact, back)).isEqualTo(new Begin(FIRST.plus(DAY.multipliedBy(2)), 2));
        end(begin(new Begin(FIRST.plus(DAY.multipliedBy(2)), 2)).id(), back);
        assertThat(decide(exact, back)).isEqualTo(new Wait());
        assertThat(state.recurring().last().orElseThrow().missed()).isEqualTo(2);
    }

    @Test
    void missedTimesAreCountedUpToALimit() {
        setTimes();
        assertThat(decide(exact, FIRST.plus(DAY.multipliedBy(3000))))
                .isEqualTo(new Begin(FIRST.plus(DAY.multipliedBy(3000)), ScheduleRules.MOST_MISSED));
    }

    @Test
    void whileARunWorksTheNextTimeIsSkipped() {
        setTimes();
        RunOrder order = begin(new Begin(FIRST, 0));
        Decision next = decide(exact, FIRST.plus(DAY));
        assertThat(next).isInstanceOf(Skip.class);
        Skip skip = (Skip) next;
        assertThat(skip.time()).isEqualTo(FIRST.plus(DAY));
        assertThat(skip.reason()).contains(order.id().toString(), "still works");
        apply(new ScheduleEvent.TimeSkipped(skip.time(), skip.reason(), FIRST.plus(DAY)));
        assertThat(state.recurring().skipped().orElseThrow().time()).isEqualTo(FIRST.plus(DAY));
        end(order.id(), FIRST.plus(DAY).plusSeconds(1));
        assertThat(decide(exact, FIRST.plus(DAY).plusSeconds(2)))
                .as("it is not made up for")
                .isEqualTo(new Wait());
    }

    @Test
    void theRunThatCarriesAPlanOutCountsAsTheScheduledRun() {
        setTimes();
        RunOrder plan = begin(new Begin(FIRST, 0));
        end(plan.id(), FIRST.plusSeconds(60));
        RunOrder act = new RunOrder(
                new UUID(9, 9),
                2,
                RunMode.ACT,
                List.of(ReconcileSamples.NODE),
                Optional.of(plan.id()),
                "schedule",
                Map.of(),
                false,
                Optional.of(new RepairScope(Set.of(Repair.COPY_AGAIN), List.of(), FIRST)));
        apply(new ScheduleEvent.RunRegistered(act, FIRST.plusSeconds(60)));
        apply(new ScheduleEvent.ActDecided(
                plan.id(), new RecurringRuns.Act(Optional.of(act.id()), ""), FIRST.plusSeconds(60)));
        assertThat(decide(exact, FIRST.plus(DAY))).isInstanceOf(Skip.class);
        end(act.id(), FIRST.plusSeconds(90));
        assertThat(decide(exact, FIRST.plus(DAY))).isEqualTo(new Begin(FIRST.plus(DAY), 0));
        assertThat(state.recurring().last().orElseThrow().end().orElseThrow().at())
                .as("the end of the plan, not of its repairs")
                .isEqualTo(FIRST.plusSeconds(60));
    }

    /** Another operator's run does not count as an earlier scheduled one. */
    @Test
    void anOrderedRunSkipsNothing() {
        setTimes();
        apply(new ScheduleEvent.RunRegistered(ReconcileSamples.order(), SET));
        assertThat(decide(exact, FIRST)).isEqualTo(new Begin(FIRST, 0));
    }

    @Test
    void aClockThatIsSetBackBeginsNoRunTwice() {
        setTimes();
        Instant ahead = FIRST.plus(DAY.multipliedBy(400));
        RunOrder order = begin(new Begin(ahead, 399));
        end(order.id(), ahead);
        assertThat(decide(exact, FIRST)).as("the clock was a year ahead").isEqualTo(new ChangeTimes());
        apply(new ScheduleEvent.TimesChanged(DAILY, SEED, FIRST));
        assertThat(decide(exact, FIRST.plus(DAY))).isEqualTo(new Begin(FIRST.plus(DAY), 0));
        apply(new ScheduleEvent.TimesChanged(DAILY, SEED, ahead.minusSeconds(1)));
        assertThat(decide(exact, ahead))
                .isInstanceOfSatisfying(
                        Skip.class, skip -> assertThat(skip.reason()).contains("set back"));
    }

    @Test
    void aClockThatIsSetBackALittleWaits() {
        setTimes();
        end(begin(new Begin(FIRST, 0)).id(), FIRST);
        assertThat(decide(exact, FIRST.minusSeconds(3600))).isEqualTo(new Wait());
        assertThat(decide(exact, FIRST)).isEqualTo(new Wait());
    }

    @Test
    void withoutASchedulesTimesNothingBeginsAndASwitchedOnScheduleMakesUpForNothing() {
        setTimes();
        assertThat(ScheduleRules.decide(state, "", Optional.empty(), FIRST)).isEqualTo(new ChangeTimes());
        apply(new ScheduleEvent.TimesChanged("", SEED, FIRST));
        assertThat(ScheduleRules.decide(state, "", Optional.empty(), FIRST.plus(DAY)))
                .isEqualTo(new Wait());
        Instant on = FIRST.plus(DAY.multipliedBy(9)).plusSeconds(60);
        assertThat(decide(exact, on)).isEqualTo(new ChangeTimes());
        apply(new ScheduleEvent.TimesChanged(DAILY, SEED, on));
        assertThat(decide(exact, on)).isEqualTo(new Wait());
    }

    @Test
    void aRunBeginsAtTheSameMomentWithinTheJitterOnEveryManager() {
        setTimes();
        RunTimetable jittered = daily(Duration.ofMinutes(30));
        Set<Long> delays = new TreeSet<>();
        for (int day = 0; day < 200; day++) {
            Instant time = FIRST.plus(DAY.multipliedBy(day));
            Instant start = jittered.start(time);
            assertThat(start).isBetween(time, time.plus(Duration.ofMinutes(30)));
            assertThat(daily(Duration.ofMinutes(30)).start(time)).isEqualTo(start);
            delays.add(Duration.between(time, start).toSeconds());
        }
        assertThat(delays).hasSizeGreaterThan(150);
        Instant start = jittered.start(FIRST);
        assertThat(decide(jittered, start.minusMillis(1))).isEqualTo(new Wait());
        assertThat(decide(jittered, start)).isEqualTo(new Begin(FIRST, 0));
        assertThat(jittered.nextStart(SET, SET)).contains(start);
        assertThat(jittered.runId(FIRST)).isEqualTo(exact.runId(FIRST)).isNotEqualTo(exact.runId(FIRST.plus(DAY)));
        assertThat(new RunTimetable(exact.times(), Duration.ofMinutes(30), new UUID(3, 5)).start(FIRST))
                .as("another cluster")
                .isNotEqualTo(start);
    }

    /** Times that are closer than the jitter begin in another order than they follow each other. */
    @Test
    void theNextStartIsTheFirstOfAll() {
        RunTimetable dense = new RunTimetable(
                new CronTimes(RegularTimes.every(Duration.ofMinutes(1)), ZoneId.of("UTC")),
                Duration.ofMinutes(30),
                SEED);
        Instant first = dense.nextStart(SET, SET).orElseThrow();
        for (int minute = 1; minute <= 60; minute++) {
            assertThat(dense.start(SET.plusSeconds(60L * minute))).isAfterOrEqualTo(first);
        }
        assertThat(dense.due(SET, first)).isPresent();
        assertThat(dense.due(SET, first.minusMillis(1))).isEmpty();
    }

    @Test
    void nodesComparedLongestAgoComeFirstAndBusyOnesNotAtAll() {
        StorageNodeId one = new StorageNodeId("1.stor");
        StorageNodeId two = new StorageNodeId("2.stor");
        StorageNodeId three = new StorageNodeId("3.stor");
        StorageNodeId four = new StorageNodeId("4.stor");
        UUID run = new UUID(0, 1);
        apply(new ScheduleEvent.RunEnded(run, RunPhase.ABORTED, Optional.empty(), "", List.of(one, three), SET));
        apply(new ScheduleEvent.RunEnded(run, RunPhase.FINISHED, Optional.empty(), "", List.of(three), FIRST));
        List<StorageNodeId> fleet = List.of(three, one, four, two, ReconcileSamples.NODE);
        assertThat(state.nodesOfNextRun(fleet)).containsExactly(ReconcileSamples.NODE, two, four, one, three);
        apply(new ScheduleEvent.RunRegistered(ReconcileSamples.order(), SET));
        assertThat(state.nodesOfNextRun(fleet)).containsExactly(two, four, one, three);
    }

    @Test
    void theEndsThatTheAuditLogLacksAreKnown() {
        UUID one = new UUID(0, 1);
        UUID two = new UUID(0, 2);
        end(one, SET);
        end(two, SET);
        assertThat(state.unrecorded()).containsExactly(one, two);
        apply(new ScheduleEvent.EndRecorded(one, SET));
        apply(new ScheduleEvent.EndRecorded(one, SET));
        assertThat(state.unrecorded()).containsExactly(two);
    }

    /** The order and the reports of more storage nodes do not fit into a message. */
    @Test
    void aRunTakesAsManyNodesAsARunMayHave() {
        List<StorageNodeId> fleet = IntStream.rangeClosed(1, RunOrder.MAX_NODES + 2)
                .mapToObj(number -> new StorageNodeId(number + ".stor"))
                .sorted()
                .toList();
        assertThat(ScheduleState.EMPTY.nodesOfNextRun(fleet)).isEqualTo(fleet.subList(0, RunOrder.MAX_NODES));
    }
}
