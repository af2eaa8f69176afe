package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.JobEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The failure of one job is stored, and affects no other job. */
@Tag("slow")
class ProjectionFailureTest extends ReadSideFixture {
    @ParameterizedTest
    @EnumSource
    void anUnreadableEventStopsTheRowsOfItsJobOnly(Database database) throws Exception {
        ReadSide readSide = open(database);
        for (int number = 0; number < 2; number++) {
            storeJob(number, created(number), passStarted(1), planned(1), planned(2));
        }
        long readable = events.count(journalId(0));
        events.addUnreadable(journalId(0), "an event of version 2");
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.failures()).stream().anyMatch(each -> each.attempts() >= 2));
        assertThat(get(readSide.history().takenIn(job(0))))
                .as("the events before are projected")
                .isEqualTo(readable);
        assertThat(get(readSide.failures())).hasSize(1).first().satisfies(failure -> {
            assertThat(failure.jobId()).isEqualTo(job(0));
            assertThat(failure.cause()).contains("after event " + readable).contains("an event of version 2");
            assertThat(failure.nextTry()).isAfter(failure.since());
        });
        assertThat(events.followed().stream().filter(each -> each.id().equals(journalId(0))))
                .as("what each attempt asked for")
                .first()
                .isEqualTo(new EventsInMemory.Followed(journalId(0), 1));
        assertThat(events.followed().stream()
                        .filter(each -> each.id().equals(journalId(0)))
                        .skip(1))
                .isNotEmpty()
                .containsOnly(new EventsInMemory.Followed(journalId(0), readable + 1));

        events.add(journalId(1), new JobEvent.CommitParallelismSet(7));
        long last = events.count(journalId(1));
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(1))) == last);

        events.replace(journalId(0), readable + 1, new JobEvent.CommitParallelismSet(8));
        await().atMost(TIMEOUT).until(() -> get(readSide.failures()).isEmpty());
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(0))) == readable + 1);
    }
}
