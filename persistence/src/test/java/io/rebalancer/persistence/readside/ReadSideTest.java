package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.AuditLine;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.JobLine;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables match the events: each event counts exactly once, even if connections fail. */
@Tag("slow")
class ReadSideTest extends ReadSideFixture {
    private static final int JOBS = 5;
    private static final int ASSIGNMENTS = 60;

    private final Random random = new Random(5);

    /** The same tables through connections some of which fail, before their work or after their commit. */
    private ReadSide unreliable(ReadSide reliable, AtomicInteger faults) {
        return new ReadSide(
                () -> {
                    if (faults.get() > 0 && random.nextInt(4) == 0) {
                        faults.decrementAndGet();
                        if (random.nextBoolean()) {
                            throw new SQLException("the connection broke");
                        }
                        return LostCommitReply.of(reliable.connections().openConnection());
                    }
                    return reliable.connections().openConnection();
                },
                reliable.pool(),
                reliable.blocking(),
                reliable.states());
    }

    /** Stores the events of some jobs. The last job does not end. */
    private List<JobState> storeEvents() {
        List<JobState> states = new ArrayList<>();
        for (int number = 0; number < JOBS; number++) {
            states.add(storeEvents(number, number == JOBS - 1));
        }
        return states;
    }

    private JobState storeEvents(int number, boolean open) {
        List<JobEvent> all = new ArrayList<>(List.of(
                created(number),
                passStarted(1),
                new JobEvent.RecordsExcepted(List.of(failing(1_000_000, Reason.NO_DESTINATION)), Map.of()),
                passFinished(1),
                passStarted(2)));
        for (int i = 0; i < ASSIGNMENTS; i++) {
            UUID id = new UUID(number, i);
            all.add(new JobEvent.AssignmentPlanned(assignment(id, i), Map.of()));
            all.add(new JobEvent.CopiesFinished(id, List.of()));
            // Each record fails twice, and has one row.
            List<UnmovedRecord> failures = List.of(failing(i / 2, Reason.METADATA_UPDATE_FAILED));
            all.add(new JobEvent.RelocationsCommitted(
                    id, new SettledCounts(1, 0, 0, 0, 5), failures, Optional.empty()));
        }
        // A record without a destination, reported again by a new incarnation. The job counts it, so the pass left
        // something.
        JobEvent unplaced =
                new JobEvent.RecordsExcepted(List.of(failing(2_000_000, Reason.BAD_MANTA_OBJECT)), Map.of());
        all.add(unplaced);
        all.add(new JobEvent.IncarnationBegan(2, CREATED, true));
        all.add(unplaced);
        all.add(passFinished(2));
        if (!open) {
            all.add(new JobEvent.JobEnded(JobPhase.DONE_WITH_EXCEPTIONS, "", CREATED));
        }
        return storeJob(number, all.toArray(JobEvent[]::new));
    }

    /** PostgreSQL stores no NUL in a text. */
    private static UnmovedRecord failing(int record, Reason reason) {
        return new UnmovedRecord(
                new RecordRef(1, "/o/stor/\0" + record), UnmovedRecord.Kind.FAILED, reason, "record " + record);
    }

    private void assertTablesMatch(JobHistory history, List<JobState> states) throws Exception {
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(JOBS - 1))) == events.count(journalId(JOBS - 1)));
        for (int number = 0; number < JOBS; number++) {
            long last = events.count(journalId(number));
            UUID id = job(number);
            await().atMost(TIMEOUT).until(() -> get(history.takenIn(id)) == last);
        }
        List<JobLine> jobs = all(after -> history.jobs(after, 2));
        assertThat(jobs).extracting(JobLine::id).containsExactly(job(4), job(3), job(2), job(1), job(0));
        for (JobLine line : jobs) {
            int number = (int) line.id().getLeastSignificantBits();
            JobState state = states.get(number);
            assertThat(line.state()).isEqualTo(state.phase().name());
            assertThat(line.counts()).isEqualTo(state.counts());
            assertThat(line.counts().settled().relocated()).isEqualTo(ASSIGNMENTS);
            assertThat(line.epoch()).isEqualTo(2);
            assertThat(line.endedAt().isPresent()).isEqualTo(number != JOBS - 1);
            List<ExceptionLine> exceptions = all(after -> history.exceptions(line.id(), Optional.empty(), after, 7));
            assertThat(exceptions)
                    .hasSize(ASSIGNMENTS / 2 + 1)
                    .doesNotHaveDuplicates()
                    .allMatch(each -> each.attempts() == 2);
            assertThat(all(after -> history.exceptions(line.id(), Optional.of(Reason.NO_DESTINATION), after, 7)))
                    .as("unmoved records of an earlier pass")
                    .isEmpty();
        }
        assertThat(all(after -> history.audit(after, 3)))
                .extracting(AuditLine::action)
                .hasSize(3 * JOBS - 1)
                .contains("job_created", "job_taken_over", "job_ended");
    }

    @ParameterizedTest
    @EnumSource
    void eachEventCountsOnceWhenConnectionsFail(Database database) throws Exception {
        ReadSide reliable = open(database);
        List<JobState> states = storeEvents();
        AtomicInteger faults = new AtomicInteger(4);
        project(unreliable(reliable, faults));
        assertTablesMatch(reliable.history(), states);
    }

    @ParameterizedTest
    @EnumSource
    void twoProjectorsCountEachEventOnce(Database database) throws Exception {
        ReadSide reliable = open(database);
        project(reliable);
        project(reliable);
        assertTablesMatch(reliable.history(), storeEvents());
    }

    @ParameterizedTest
    @EnumSource
    void emptiedTablesAreFilledAgain(Database database) throws Exception {
        ReadSide reliable = open(database);
        List<JobState> states = storeEvents();
        project(reliable);
        assertTablesMatch(reliable.history(), states);
        reliable.tables().clear();
        assertThat(get(reliable.history().jobs(Optional.empty(), 1)).items()).isEmpty();
        assertTablesMatch(reliable.history(), states);
    }

    @ParameterizedTest
    @EnumSource
    void aRestartedProjectorAsksTheJournalForLaterEventsOnly(Database database) throws Exception {
        ReadSide readSide = open(database);
        List<JobState> states = new ArrayList<>(storeEvents());
        ActorRef<Projector.Command> first = project(readSide);
        assertTablesMatch(readSide.history(), states);
        kit.stop(first);

        int open = JOBS - 1;
        long position = events.count(journalId(open));
        JobEvent later = new JobEvent.JobEnded(JobPhase.FAILED, "the last event", CREATED);
        events.add(journalId(open), later);
        states.set(open, states.get(open).apply(later));
        events.forgetQueries();
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(open))) == position + 1);
        assertThat(events.followed())
                .containsExactlyInAnyOrder(
                        new EventsInMemory.Followed(Entities.JOB_REGISTRY_ID, JOBS + 1L),
                        new EventsInMemory.Followed(Entities.AUDIT_LOG_ID, 1),
                        new EventsInMemory.Followed(journalId(open), position + 1));
        for (int number = 0; number < JOBS; number++) {
            FoldedJob stored = get(readSide.state(job(number))).orElseThrow();
            assertThat(stored).isEqualTo(new FoldedJob(events.count(journalId(number)), states.get(number)));
        }
        JobLine line = get(readSide.history().jobs(Optional.empty(), 1)).items().get(0);
        assertThat(line.state()).isEqualTo("FAILED");
        assertThat(line.counts()).isEqualTo(states.get(open).counts());
    }

    @ParameterizedTest
    @EnumSource
    void aLargeStateIsStoredLessOftenAndEachEventStillCountsOnce(Database database) throws Exception {
        ReadSide readSide = open(database);
        List<CopyTask> many = IntStream.range(0, 5000)
                .mapToObj(each -> new CopyTask(
                        recordRef(each),
                        new UUID(random.nextLong(), random.nextLong()),
                        new UUID(random.nextLong(), random.nextLong()),
                        5,
                        task(1).md5(),
                        List.of()))
                .toList();
        JobState state = storeJob(
                0,
                created(0),
                passStarted(1),
                new JobEvent.AssignmentPlanned(new Assignment(assignmentId(1), node(99), many), Map.of()));
        ActorRef<Projector.Command> first = project(readSide);
        awaitProjection(readSide, 0);
        state = store(0, state, excepted(Reason.MD5_MISMATCH, 1, 2));
        awaitProjection(readSide, 0);
        assertThat(get(readSide.state(job(0))).orElseThrow().revision()).isEqualTo(3);
        kit.stop(first);

        state = store(0, state, excepted(Reason.MD5_MISMATCH, 2, 3));
        events.forgetQueries();
        project(readSide);
        awaitProjection(readSide, 0);
        assertThat(events.followed()).contains(new EventsInMemory.Followed(journalId(0), 4));
        JobLine line = get(readSide.history().jobs(Optional.empty(), 1)).items().get(0);
        assertThat(line.counts()).isEqualTo(state.counts());
        assertThat(all(after -> readSide.history().exceptions(job(0), Optional.of(Reason.MD5_MISMATCH), after, 7)))
                .extracting(ExceptionLine::attempts)
                .containsExactly(1, 2, 1);
    }

    /** The rows of an earlier build have a position, and no state. */
    @ParameterizedTest
    @EnumSource
    void aPositionWithoutAStateIsContinuedFromTheFirstEvent(Database database) throws Exception {
        ReadSide readSide = open(database);
        List<JobState> states = storeEvents();
        ActorRef<Projector.Command> first = project(readSide);
        assertTablesMatch(readSide.history(), states);
        kit.stop(first);
        readSide.tables().read(handle -> handle.execute("update projection set state = null"));
        int open = JOBS - 1;
        events.forgetQueries();
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.state(job(open))).isPresent());
        assertThat(events.followed()).contains(new EventsInMemory.Followed(journalId(open), 1));
        assertThat(get(readSide.state(job(open))))
                .contains(new FoldedJob(events.count(journalId(open)), states.get(open)));
        assertTablesMatch(readSide.history(), states);
    }
}
