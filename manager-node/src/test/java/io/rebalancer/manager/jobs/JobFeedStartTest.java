package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.readside.FoldedJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where streams begin: with the stored state, without one, and after failures. */
@Tag("slow")
class JobFeedStartTest extends JobFeedFixture {

    /** Events that are still there lead to the same state, and the next stream begins with the stored state again. */
    @Test
    void aStoredStateThatCanNotBeReadOnceCostsTheEventsFromTheFirst() throws Exception {
        storeUntil(5);
        project(4);
        storedStateFails = true;
        SinkQueueWithCancel<JobUpdate> first = subscribe(feed(LONG_LINGER), OptionalLong.empty());
        assertThat(take(first, 1)).containsExactly(5L);
        SinkQueueWithCancel<JobUpdate> second = subscribe(feed(LONG_LINGER), OptionalLong.empty());
        assertThat(take(second, 2)).containsExactly(4L, 5L);
        assertThat(events.followedFrom).containsExactly(1L, 5L);
    }

    /** As after the replacement of a manager: the tables include more than the subscriber has. */
    @Test
    void aSubscriberFromAnotherManagerGetsEveryUpdateAfterItsRevisionOnce() throws Exception {
        storeUntil(12);
        project(10);
        SinkQueueWithCancel<JobUpdate> before = subscribe(feed(LONG_LINGER), OptionalLong.of(4));
        assertThat(take(before, 8)).containsExactly(5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
        assertThat(events.followedFrom).containsExactlyInAnyOrder(11L, 1L);
    }

    @Test
    void theChangesOfStateAreThoseThatTheJobMade() throws Exception {
        storeUntil(12);
        project(10);
        JobFeed feed = feed(LONG_LINGER);
        for (long after = 0; after <= 11; after++) {
            SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed, OptionalLong.of(after));
            List<Long> changes = new ArrayList<>();
            JobUpdate update = next(subscriber).orElseThrow();
            while (true) {
                if (update.changesState()) {
                    changes.add(update.revision());
                }
                if (update.revision() == 12) {
                    break;
                }
                update = next(subscriber).orElseThrow();
            }
            List<Long> expected = LongStream.rangeClosed(after + 1, 2).boxed().toList();
            assertThat(changes).as("after %d", after).isEqualTo(expected);
        }
    }

    @Test
    void thePastIsFoldedFromASnapshotIfItsFirstEventsAreDeleted() throws Exception {
        storeUntil(40);
        project(38);
        snapshots.addAll(List.of(10L, 20L, 30L));
        events.deletedTo = 20;
        JobFeed feed = feed(LONG_LINGER);
        assertThat(take(subscribe(feed, OptionalLong.of(33)), 7)).containsExactly(34L, 35L, 36L, 37L, 38L, 39L, 40L);
        assertThat(take(subscribe(feed, OptionalLong.of(25)), 15))
                .startsWith(26L)
                .endsWith(40L);
        assertThat(events.followedFrom).containsExactlyInAnyOrder(39L, 31L, 21L);
    }

    @Test
    void aSubscriberWhoseNextEventIsDeletedGetsTheCurrentStateAndTheOthersWhatTheyMissed() throws Exception {
        storeUntil(40);
        project(38);
        snapshots.add(20L);
        events.deletedTo = 20;
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> lost = subscribe(feed, OptionalLong.of(15));
        SinkQueueWithCancel<JobUpdate> late = subscribe(feed, OptionalLong.of(25));
        JobUpdate current = next(lost).orElseThrow();
        assertThat(current.changesState()).isTrue();
        assertThat(current.revision()).isGreaterThanOrEqualTo(38);
        assertThat(current.exceptions()).isEmpty();
        assertThat(take(late, 15)).startsWith(26L).endsWith(40L);
        storeUntil(41);
        assertThat(take(late, 1)).containsExactly(41L);
    }

    /** Releases are acknowledged after the end. */
    @Test
    void aSubscriberThatHasTheEndOfAJobGetsNoSecondOne() throws Exception {
        storeUntil(3);
        events.all.add(new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
        events.all.add(new JobEvent.AssignmentsReleased(List.of(new UUID(5, 5))));
        project(5);
        SinkQueueWithCancel<JobUpdate> resumed = subscribe(feed(LONG_LINGER), OptionalLong.of(4));
        JobUpdate end = pull(resumed).orElseThrow();
        assertThat(end.revision()).isEqualTo(5);
        assertThat(end.changesState()).isFalse();
        assertThat(pull(resumed)).isEmpty();
    }

    @Test
    void aStreamBeginsWithTheStoredStateWhileTheJobDoesNotAnswer() throws Exception {
        storeUntil(5);
        project(3);
        held = Optional.of(new CompletableFuture<>());
        JobFeed feed = feed(LONG_LINGER);
        JobUpdate start =
                feed.open(JOB).toCompletableFuture().get().orElseThrow().start();
        assertThat(start.revision()).isEqualTo(3);
        assertThat(start.state().phase()).isEqualTo(JobPhase.RUNNING);
        SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed, OptionalLong.empty());
        assertThat(take(subscriber, 3)).containsExactly(3L, 4L, 5L);
        held.get().complete(view(JOB));
        JobUpdate asked = pull(subscriber).orElseThrow();
        assertThat(asked.revision()).isEqualTo(5);
        assertThat(asked.waiting()).contains(List.of());
    }

    @Test
    void withoutAStoredStateTheJobIsAsked() throws Exception {
        storeUntil(6);
        JobFeed feed = feed(LONG_LINGER);
        assertThat(feed.open(JOB)
                        .toCompletableFuture()
                        .get()
                        .orElseThrow()
                        .start()
                        .revision())
                .isEqualTo(6);
        assertThat(take(subscribe(feed, OptionalLong.empty()), 1)).containsExactly(6L);
    }

    @Test
    void withoutAStoredStateTheEventsAreReadFromTheFirst() throws Exception {
        storeUntil(6);
        SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed(LONG_LINGER), OptionalLong.of(0));
        assertThat(take(subscriber, 6)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(events.followedFrom).containsExactly(1L);
    }

    @Test
    void theStreamsOfAFailingJournalFailAndTheNextStreamStartsAgain() throws Exception {
        storeUntil(3);
        project(3);
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed, OptionalLong.empty());
        assertThat(take(subscriber, 1)).containsExactly(3L);
        events.failing = true;
        assertThatThrownBy(() -> next(subscriber)).hasMessageContaining("the database is away");
        events.failing = false;
        storeUntil(4);
        SinkQueueWithCancel<JobUpdate> again = subscribe(feed, OptionalLong.of(3));
        assertThat(take(again, 1)).containsExactly(4L);
    }

    @Test
    void thereIsNoFeedOfAnUnknownJob() throws Exception {
        assertThat(feed(LONG_LINGER).open(new UUID(9, 9)).toCompletableFuture().get())
                .isEmpty();
    }

    @Test
    void aFeedNeedsNoEventThatTheStoredStateIncludes() throws Exception {
        storeUntil(40);
        project(30);
        events.deletedTo = 25;
        SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed(LONG_LINGER), OptionalLong.empty());
        assertThat(next(subscriber).orElseThrow().revision()).isEqualTo(30);
        assertThat(next(subscriber).orElseThrow().revision()).isEqualTo(31);
        assertThat(events.followedFrom).containsExactly(31L);
    }

    @Test
    void aFeedThatLacksDeletedEventsFailsWithAdvice() {
        storeUntil(40);
        events.deletedTo = 25;
        SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed(LONG_LINGER), OptionalLong.of(30));
        assertThatThrownBy(() -> pull(subscriber))
                .hasCauseInstanceOf(FoldedJob.MissingEvents.class)
                .hasMessageContaining("restore the tables from a backup");
    }
}
