package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.port.JobHistory.AuditLine;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.port.JobHistory.OrphanLine;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events are deleted if neither the tables nor the job need them, and the tables survive without the events. */
@Tag("slow")
class JournalTrimmerTest extends ReadSideFixture {
    private static final int MANY = 3000;

    private JobState storeMany(int number, JobState before) {
        return store(
                number,
                before,
                IntStream.range(0, MANY)
                        .mapToObj(i -> new JobEvent.CommitParallelismSet(1 + i % 50))
                        .toArray(JobEvent[]::new));
    }

    private ReadSide openDeleting(Database database) throws Exception {
        return open(database).deletingEvents(events);
    }

    /** After the projection, because what remains may be too little for a further deletion. */
    private void awaitDeletedTo(long number) {
        await().atMost(TIMEOUT).until(() -> events.deletedTo(journalId(0)) == number);
    }

    @ParameterizedTest
    @EnumSource
    void eventsBehindSnapshotsAndStoredStateAreDeleted(Database database) throws Exception {
        ReadSide readSide = openDeleting(database);
        JobState state = storeMany(0, storeJob(0, created(0), passStarted(1)));
        ActorRef<Projector.Command> first = project(readSide);
        awaitProjection(readSide, 0);
        assertThat(events.deletedTo(journalId(0))).as("there is no snapshot").isZero();
        events.addSnapshots(journalId(0), 2500);
        awaitDeletedTo(2500);
        kit.stop(first);

        state = storeMany(0, state);
        events.forgetQueries();
        project(readSide);
        awaitProjection(readSide, 0);
        events.addSnapshots(journalId(0), 6000);
        awaitDeletedTo(6000);
        assertThat(get(readSide.state(job(0)))).contains(new FoldedJob(events.count(journalId(0)), state));
        assertThat(events.followed()).doesNotContain(new EventsInMemory.Followed(journalId(0), 1));
    }

    @ParameterizedTest
    @EnumSource
    void aJobWithFewEventsKeepsThem(Database database) throws Exception {
        ReadSide readSide = openDeleting(database);
        storeJob(1, created(1), passStarted(1));
        events.addSnapshots(journalId(1), 2);
        storeMany(0, storeJob(0, created(0), passStarted(1)));
        project(readSide);
        awaitProjection(readSide, 0);
        awaitProjection(readSide, 1);
        events.addSnapshots(journalId(0), 1000);
        awaitDeletedTo(1000);
        assertThat(events.deletedTo(journalId(1))).isZero();
    }

    /** A snapshot may include events that no projector has written, because it was down. */
    @ParameterizedTest
    @EnumSource
    void noEventIsDeletedBeyondTheStoredState(Database database) throws Exception {
        ReadSide readSide = openDeleting(database);
        storeMany(0, storeJob(0, created(0), passStarted(1)));
        project(readSide);
        awaitProjection(readSide, 0);
        DeletionTable deletions = readSide.tables().deletions();
        long state = get(readSide.state(job(0))).orElseThrow().revision();
        assertThat(deletions.begin(journalId(0), state + 1)).isFalse();
        assertThat(deletions.begin(journalId(1), 1)).as("a job without rows").isFalse();
        events.addUnreadable(journalId(0), "an event of version 2");
        storeMany(0, JobState.EMPTY);
        events.addSnapshots(journalId(0), events.count(journalId(0)));
        await().atMost(TIMEOUT).until(() -> events.deletedTo(journalId(0)) > state - JournalTrimmer.MIN_EVENTS);
        await().atMost(TIMEOUT).until(() -> !get(readSide.failures()).isEmpty());
        assertThat(events.deletedTo(journalId(0)))
                .isLessThanOrEqualTo(get(readSide.state(job(0))).orElseThrow().revision());
    }

    @ParameterizedTest
    @EnumSource
    void theProjectionContinuesWhileDeletionsFailAndTheyAreRetried(Database database) throws Exception {
        ReadSide readSide = openDeleting(database);
        JobState state = storeMany(0, storeJob(0, created(0), passStarted(1)));
        events.addSnapshots(journalId(0), 2500);
        events.failDeletions(Integer.MAX_VALUE);
        project(readSide);
        await().atMost(TIMEOUT).until(() -> events.deletionFaults() <= Integer.MAX_VALUE - 2);
        store(0, state, excepted(Reason.NO_DESTINATION, 1));
        awaitProjection(readSide, 0);
        assertThat(get(readSide.failures())).isEmpty();
        assertThat(events.deletedTo(journalId(0))).isZero();
        events.failDeletions(1);
        awaitDeletedTo(2500);
    }

    @ParameterizedTest
    @EnumSource
    void emptyingTheTablesKeepsTheRowsThatTheJournalCannotReplace(Database database) throws Exception {
        ReadSide readSide = openDeleting(database);
        JobState state = storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 1),
                new JobEvent.CopiesOrphaned(
                        assignmentId(1), node(99).storageNode(), List.of(task(1).objectId()), "lost", CREATED));
        state = storeMany(0, state);
        storeJob(1, created(1), passStarted(1), excepted(Reason.MD5_MISMATCH, 2));
        project(readSide);
        awaitProjection(readSide, 0);
        awaitProjection(readSide, 1);
        events.addSnapshots(journalId(0), 2500);
        awaitDeletedTo(2500);

        assertThat(readSide.tables().clear()).isEqualTo(1);
        assertThat(exceptions(readSide, 0)).hasSize(1);
        assertThat(all(after -> readSide.history().orphans(Optional.empty(), after, 10)))
                .extracting(OrphanLine::jobId)
                .containsExactly(job(0));
        store(0, state, excepted(Reason.NO_DESTINATION, 3));
        awaitProjection(readSide, 0);
        awaitProjection(readSide, 1);
        assertThat(exceptions(readSide, 0)).hasSize(2);
        assertThat(exceptions(readSide, 1)).hasSize(1);
        assertThat(all(after -> readSide.history().jobs(after, 10)))
                .extracting(JobLine::id)
                .containsExactly(job(1), job(0));
        assertThat(all(after -> readSide.history().audit(after, 100)).stream()
                        .filter(line -> line.action().equals("job_created")))
                .extracting(AuditLine::jobId)
                .containsExactlyInAnyOrder(job(0), job(1));
        // The projector of the job may have met the emptied tables in the middle of a write; it tries again.
        await().atMost(TIMEOUT).until(() -> get(readSide.failures()).isEmpty());
    }

    private static List<ExceptionLine> exceptions(ReadSide readSide, int number) throws Exception {
        return all(after -> readSide.history().exceptions(job(number), Optional.empty(), after, 10));
    }

    @ParameterizedTest
    @EnumSource
    void aJobWithDeletedEventsAndNoStoredStateFailsWithAdvice(Database database) throws Exception {
        ReadSide readSide = openDeleting(database);
        JobState state = storeMany(0, storeJob(0, created(0), passStarted(1)));
        ActorRef<Projector.Command> first = project(readSide);
        awaitProjection(readSide, 0);
        events.addSnapshots(journalId(0), 2500);
        awaitDeletedTo(2500);
        kit.stop(first);
        readSide.tables().read(handle -> handle.execute("update projection set state = null"));
        store(0, state, excepted(Reason.NO_DESTINATION, 3));
        project(readSide);
        await().atMost(TIMEOUT).until(() -> !get(readSide.failures()).isEmpty());
        assertThat(get(readSide.failures()).get(0).cause())
                .contains("event 1 of " + journalId(0) + " is missing in the journal: the next one is 2501")
                .contains("restore the tables from a backup");
    }
}
