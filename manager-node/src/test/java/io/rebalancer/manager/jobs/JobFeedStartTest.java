package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.readside.FoldedJob;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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

    /** As after the replacement of a manager. */
    @Test
    void aSubscriberWhoseRevisionIsBeforeTheStoredStateGetsTheCurrentStateFirst() throws Exception {
        storeUntil(12);
        project(10);
        SinkQueueWithCancel<JobUpdate> before = subscribe(feed(LONG_LINGER), OptionalLong.of(4));
        JobUpdate current = next(before).orElseThrow();
        assertThat(current.revision()).isEqualTo(10);
        assertThat(current.exceptions()).isEmpty();
        assertThat(take(before, 2)).containsExactly(11L, 12L);

        SinkQueueWithCancel<JobUpdate> behind = subscribe(feed(LONG_LINGER), OptionalLong.of(11));
        storeUntil(13);
        assertThat(take(behind, 2)).containsExactly(12L, 13L);
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
        SinkQueueWithCancel<JobUpdate> subscriber = subscribe(feed(LONG_LINGER), OptionalLong.of(10));
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
