package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateQuery;
import io.rebalancer.core.registry.RegistryEvent;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What jobs did by minute, in both databases: each event counts once, in the minute in which the journal stored it. */
@Tag("slow")
class JobRatesTest extends ReadSideFixture {
    private static final SettledCounts TWO_OUTCOMES = new SettledCounts(1, 0, 0, 1, 5);
    private static final RateCounts PLACED = new RateCounts(2, 0, 0, SettledCounts.ZERO, 0, 0);
    private static final RateCounts COPIED = new RateCounts(0, 2, 10, SettledCounts.ZERO, 0, 0);
    private static final RateCounts COMMITTED = new RateCounts(0, 0, 0, TWO_OUTCOMES, 0, 0);
    private static final int ASSIGNMENTS = 300;

    private JobState register() {
        events.add(
                Entities.JOB_REGISTRY_ID,
                new RegistryEvent.JobRegistered(job(0), node(0), 0, CREATED),
                CREATED.toEpochMilli());
        return store(JobState.EMPTY, CREATED, created(0), passStarted(1));
    }

    private JobState store(JobState before, Instant at, JobEvent... all) {
        JobState state = before;
        for (JobEvent event : all) {
            events.add(journalId(0), event, at.toEpochMilli());
            state = state.apply(event);
        }
        return state;
    }

    private static JobEvent committed(int i) {
        return new JobEvent.RelocationsCommitted(assignmentId(i), TWO_OUTCOMES, List.of(), Optional.empty());
    }

    private static JobEvent copied(int i, UnmovedRecord... failures) {
        return new JobEvent.CopiesFinished(assignmentId(i), List.of(failures));
    }

    private static RateHistory rates(ReadSide readSide, RateQuery query, Instant now) throws Exception {
        return get(readSide.history().rates(job(0), query, now)).orElseThrow();
    }

    private static RateCounts sum(RateHistory history) {
        return history.counts().stream().reduce(RateCounts.ZERO, RateCounts::plus);
    }

    private static Instant minute(long number) {
        return CREATED.plus(Duration.ofMinutes(number));
    }

    @ParameterizedTest
    @EnumSource
    void eachStageIsCountedInItsMinuteAndAMinuteWithoutEventsIsZero(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = register();
        UnmovedRecord failure = unmoved(1, Reason.MD5_MISMATCH);
        state = store(state, minute(0).plusSeconds(59), planned(0));
        state = store(state, minute(2), copied(0, failure));
        state = store(
                state,
                minute(4).plusMillis(59_999),
                new JobEvent.RelocationsCommitted(
                        assignmentId(0), new SettledCounts(1, 0, 0, 0, 5), List.of(failure), Optional.empty()));
        store(
                state,
                minute(5),
                new JobEvent.RecordsExcepted(
                        List.of(new UnmovedRecord(
                                recordRef(7), UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "full")),
                        Map.of()));
        project(readSide);
        awaitProjection(readSide, 0);
        RateHistory found = rates(readSide, RateQuery.ALL, minute(6).plusSeconds(30));
        assertThat(found.counts())
                .containsExactly(
                        PLACED,
                        RateCounts.ZERO,
                        new RateCounts(0, 1, 5, SettledCounts.ZERO, 0, 0),
                        RateCounts.ZERO,
                        new RateCounts(0, 0, 0, new SettledCounts(1, 0, 0, 0, 5), 0, 1),
                        new RateCounts(0, 0, 0, SettledCounts.ZERO, 1, 0),
                        RateCounts.ZERO);
        assertThat(found.recordedSince()).isEmpty();
        assertThat(found.behindSince()).isEmpty();
        assertThat(found.range().begin(0)).isEqualTo(CREATED);

        RateQuery part = new RateQuery(Optional.of(minute(2)), Optional.of(minute(5)), Optional.empty(), 240);
        assertThat(rates(readSide, part, minute(60)).counts())
                .isEqualTo(found.counts().subList(2, 5));
        RateQuery coarse = new RateQuery(Optional.empty(), Optional.empty(), Optional.empty(), 2);
        RateHistory two = rates(readSide, coarse, minute(6).plusSeconds(30));
        assertThat(two.range().step()).isEqualTo(Duration.ofMinutes(5));
        assertThat(two.counts()).hasSize(2).last().isEqualTo(found.counts().get(5));
        assertThat(sum(two)).isEqualTo(sum(found));
    }

    private RateCounts storeAssignments(JobState before) {
        JobState state = before;
        for (int i = 0; i < ASSIGNMENTS; i++) {
            state = store(state, minute(i / 10), planned(i), copied(i), committed(i));
        }
        RateCounts sum = RateCounts.ZERO;
        for (RateCounts each : List.of(PLACED, COPIED, COMMITTED)) {
            for (int i = 0; i < ASSIGNMENTS; i++) {
                sum = sum.plus(each);
            }
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void eachEventCountsOnceWhenRepliesToCommitsAreLostAndProjectorsCompete(Database database) throws Exception {
        ReadSide reliable = open(database);
        RateCounts expected = storeAssignments(register());
        AtomicInteger faults = new AtomicInteger(6);
        AtomicInteger uses = new AtomicInteger();
        ReadSide unreliable = new ReadSide(
                () -> {
                    if (uses.incrementAndGet() % 3 == 0 && faults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        if (faults.get() % 2 == 0) {
                            throw new SQLException("the connection broke");
                        }
                        return LostCommitReply.of(reliable.connections().openConnection());
                    }
                    return reliable.connections().openConnection();
                },
                reliable.pool(),
                reliable.blocking(),
                reliable.states());
        project(unreliable);
        project(unreliable);
        awaitProjection(reliable, 0);
        RateHistory found = rates(reliable, RateQuery.ALL, minute(ASSIGNMENTS / 10));
        assertThat(faults).hasValue(0);
        assertThat(sum(found)).isEqualTo(expected);
        assertThat(found.counts()).hasSize(30).containsOnly(found.counts().get(0));
    }

    /** A transaction that fails between its statements leaves neither counts nor a position. */
    @ParameterizedTest
    @EnumSource
    void aTransactionThatFailsAfterTheCountsLeavesNone(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = register();
        ActorRef<Projector.Command> first = project(readSide);
        awaitProjection(readSide, 0);
        kit.stop(first);
        long position = events.count(journalId(0));
        readSide.tables()
                .change(handle ->
                        handle.execute("insert into job_rate_span (job_id, counted_to) values (?, 0)", new UUID(9, 9)));
        // The job's row is written before the counts, the decision after them: it can't be written any more.
        readSide.tables().change(handle -> handle.execute("alter table system_decision rename to hidden"));
        store(
                state,
                minute(1),
                planned(0),
                new JobEvent.JobFailing("the shard is gone", CREATED),
                new JobEvent.JobEnded(JobPhase.FAILED, "the shard is gone", CREATED));
        project(readSide);
        await().atMost(TIMEOUT).until(() -> !get(readSide.failures()).isEmpty());
        assertThat(get(readSide.history().takenIn(job(0)))).isEqualTo(position);
        RateHistory during = rates(readSide, RateQuery.ALL, minute(3));
        assertThat(sum(during)).isEqualTo(RateCounts.ZERO);
        assertThat(during.behindSince()).isPresent();
        readSide.tables().change(handle -> handle.execute("alter table hidden rename to system_decision"));
        awaitProjection(readSide, 0);
        assertThat(sum(rates(readSide, RateQuery.ALL, minute(3)))).isEqualTo(PLACED);
    }

    @ParameterizedTest
    @EnumSource
    void aRebuildWritesTheSameRows(Database database) throws Exception {
        ReadSide readSide = open(database);
        RateCounts expected = storeAssignments(register());
        project(readSide);
        awaitProjection(readSide, 0);
        RateHistory before = rates(readSide, RateQuery.ALL, minute(40));
        assertThat(sum(before)).isEqualTo(expected);
        readSide.tables().clear();
        assertThat(rows(readSide, RateProjection.TABLE)).isZero();
        assertThat(rows(readSide, RateProjection.SPANS)).isZero();
        awaitProjection(readSide, 0);
        assertThat(rates(readSide, RateQuery.ALL, minute(40))).isEqualTo(before);
    }

    private static long rows(ReadSide readSide, String table) {
        return readSide.tables()
                .read(handle -> handle.createQuery("select count(*) from " + table)
                        .mapTo(Long.class)
                        .one());
    }

    /** After the migration of an installation, and after an earlier build has projected for a while. */
    @ParameterizedTest
    @EnumSource
    void eventsThatAnEarlierBuildProjectedAreNoStandstill(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = store(register(), minute(1), planned(0), copied(0));
        ActorRef<Projector.Command> earlier = project(readSide);
        awaitProjection(readSide, 0);
        kit.stop(earlier);
        readSide.tables().change(handle -> {
            handle.execute("delete from job_rate");
            handle.execute("delete from job_rate_span");
        });
        RateHistory none = rates(readSide, RateQuery.ALL, minute(3));
        assertThat(none.counts()).isEmpty();
        assertThat(none.recordedSince()).contains(minute(3));

        state = store(state, minute(5).plusSeconds(7), committed(0));
        ActorRef<Projector.Command> later = project(readSide);
        awaitProjection(readSide, 0);
        RateHistory found = rates(readSide, RateQuery.ALL, minute(8));
        assertThat(found.recordedSince()).contains(minute(5).plusSeconds(7));
        assertThat(found.range().begin(0)).isEqualTo(minute(5).plusSeconds(7));
        assertThat(found.counts()).containsExactly(COMMITTED, RateCounts.ZERO, RateCounts.ZERO);
        kit.stop(later);

        readSide.tables().change(handle -> handle.execute("update job_rate_span set counted_to = counted_to - 1"));
        store(state, minute(10), planned(1));
        project(readSide);
        awaitProjection(readSide, 0);
        assertThat(rates(readSide, RateQuery.ALL, minute(11)).counts()).containsExactly(PLACED);
    }

    @ParameterizedTest
    @EnumSource
    void theHistoryOfAnEndedJobEndsWithItsLastEvent(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = store(register(), minute(1), planned(0), copied(0), committed(0));
        store(state, minute(2), new JobEvent.JobEnded(JobPhase.FAILED, "", CREATED));
        project(readSide);
        awaitProjection(readSide, 0);
        RateHistory all = rates(readSide, RateQuery.ALL, minute(5000));
        assertThat(all.counts()).hasSize(3);
        assertThat(all.range().to()).isEqualTo(minute(2).plusMillis(1));
        RateQuery lastMinute = new RateQuery(Optional.empty(), Optional.empty(), Optional.of(Duration.ofMinutes(1)), 2);
        assertThat(rates(readSide, lastMinute, minute(5000)).counts()).hasSize(2);
        assertThat(get(readSide.history().rates(job(5), RateQuery.ALL, minute(1))))
                .as("a job that the tables do not have")
                .isEmpty();
    }
}
