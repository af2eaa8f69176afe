package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.port.JobHistory.OrphanLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables list every copy that may stay on a storage node. */
@Tag("slow")
class OrphanTableTest extends ReadSideFixture {
    /** Stores the events of a job that ended, and whose assignments {@code 0} to {@code releases - 1} are not released. */
    private void storeEndedJob(int number, int releases) {
        storeJob(number, created(number), passStarted(1));
        for (int i = 0; i < releases; i++) {
            JobEvent.Release release = new JobEvent.Release(
                    List.of(task(2 * i).objectId(), task(2 * i + 1).objectId()));
            store(
                    number,
                    JobState.EMPTY,
                    planned(i),
                    new JobEvent.AssignmentLost(assignmentId(i), List.of(), Optional.of(release)));
        }
        store(number, JobState.EMPTY, new JobEvent.JobEnded(JobPhase.FAILED, "test", CREATED));
    }

    private static JobEvent orphaned(int i, String detail, int secondsAfterCreation, int... objects) {
        return new JobEvent.CopiesOrphaned(
                assignmentId(i),
                node(99).storageNode(),
                Arrays.stream(objects).mapToObj(each -> task(each).objectId()).toList(),
                detail,
                CREATED.plusSeconds(secondsAfterCreation));
    }

    private static JobEvent released(int i) {
        return new JobEvent.AssignmentsReleased(List.of(assignmentId(i)));
    }

    private static List<String> orphans(JobHistory history, Optional<UUID> jobId) throws Exception {
        return all(after -> history.orphans(jobId, after, 2)).stream()
                .map(line -> line.jobId().getLeastSignificantBits() + "/"
                        + line.assignmentId().getLeastSignificantBits() + "/"
                        + line.objectId().getLeastSignificantBits() + " " + line.detail() + " on " + line.storageNode()
                        + " at " + Duration.between(CREATED, line.recordedAt()).toSeconds())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void orphanedCopiesAreRecordedUntilNoReleaseIsPendingAlsoAfterTheEndOfTheJob(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        storeEndedJob(0, 2);
        ActorRef<Projector.Command> first = project(readSide);
        awaitProjection(readSide, 0);
        JobLine ended = get(history.jobs(Optional.empty(), 1)).items().get(0);
        assertThat(ended.state()).isEqualTo("FAILED");
        await().atMost(TIMEOUT)
                .until(() -> Instant.now().isAfter(ended.endedAt().orElseThrow().plusMillis(1)));
        events.add(journalId(0), orphaned(0, "in doubt", 1, 0, 0));
        awaitProjection(readSide, 0);
        kit.stop(first);

        events.forgetQueries();
        ActorRef<Projector.Command> second = project(readSide);
        events.add(journalId(0), orphaned(0, "the agent is lost", 2, 0, 1));
        events.add(journalId(0), released(0));
        events.add(journalId(0), orphaned(1, "the agent is lost", 3, 2));
        events.add(journalId(0), released(1));
        awaitProjection(readSide, 0);
        List<String> expected = List.of(
                "0/1/2 the agent is lost on 99.stor.d at 3",
                "0/0/1 the agent is lost on 99.stor.d at 2",
                "0/0/0 the agent is lost on 99.stor.d at 2");
        assertThat(orphans(history, Optional.empty())).isEqualTo(expected);
        assertThat(readSide.tables().openJobs()).isEmpty();
        kit.stop(second);

        events.forgetQueries();
        storeEndedJob(1, 0);
        project(readSide);
        awaitProjection(readSide, 1);
        assertThat(events.followed()).extracting(EventsInMemory.Followed::id).doesNotContain(journalId(0));
        assertThat(get(history.jobs(Optional.empty(), 5)).items())
                .filteredOn(line -> line.id().equals(job(0)))
                .containsExactly(ended);

        readSide.tables().clear();
        assertThat(orphans(history, Optional.empty())).isEmpty();
        awaitProjection(readSide, 0);
        assertThat(orphans(history, Optional.empty())).isEqualTo(expected);
        JobLine again = get(history.jobs(Optional.empty(), 5)).items().stream()
                .filter(line -> line.id().equals(job(0)))
                .findFirst()
                .orElseThrow();
        assertThat(again).as("all events are written together").isEqualTo(ended);
    }

    @ParameterizedTest
    @EnumSource
    void orphanedCopiesAreListedNewestFirst(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        for (int number = 0; number < 2; number++) {
            storeEndedJob(number, 2);
            events.add(journalId(number), orphaned(0, "lost", 1, 0, 1));
            events.add(journalId(number), orphaned(1, "lost", 2 + number, 2));
        }
        project(readSide);
        awaitProjection(readSide, 0);
        awaitProjection(readSide, 1);
        assertThat(orphans(history, Optional.empty()))
                .containsExactly(
                        "1/1/2 lost on 99.stor.d at 3",
                        "0/1/2 lost on 99.stor.d at 2",
                        "1/0/1 lost on 99.stor.d at 1",
                        "1/0/0 lost on 99.stor.d at 1",
                        "0/0/1 lost on 99.stor.d at 1",
                        "0/0/0 lost on 99.stor.d at 1");
        assertThat(orphans(history, Optional.of(job(0))))
                .containsExactly(
                        "0/1/2 lost on 99.stor.d at 2", "0/0/1 lost on 99.stor.d at 1", "0/0/0 lost on 99.stor.d at 1");
        OrphanLine line = get(history.orphans(Optional.of(job(1)), Optional.empty(), 1))
                .items()
                .get(0);
        assertThat(line)
                .isEqualTo(new OrphanLine(
                        job(1), assignmentId(1), "99.stor.d", task(2).objectId(), "lost", CREATED.plusSeconds(3)));
        assertThatThrownBy(() -> get(history.orphans(Optional.empty(), Optional.of("x"), 10)))
                .hasCauseInstanceOf(JobHistory.BadCursor.class);
    }
}
