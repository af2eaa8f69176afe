package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.port.JobService.View;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each subscriber gets each update once, and all subscribers of a job share one reader of the journal. */
@Tag("slow")
class JobFeedTest extends JobFeedFixture {

    @Test
    void subscribersAtDifferentTimesShareOneReaderThatStartsFromTheStoredState() throws Exception {
        storeUntil(5);
        project(3);
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> early = subscribe(feed, OptionalLong.empty());
        assertThat(take(early, 3)).containsExactly(3L, 4L, 5L);
        storeUntil(7);
        assertThat(take(early, 2)).containsExactly(6L, 7L);
        SinkQueueWithCancel<JobUpdate> late = subscribe(feed, OptionalLong.empty());
        assertThat(take(late, 1)).containsExactly(7L);
        storeUntil(9);
        assertThat(take(early, 2)).containsExactly(8L, 9L);
        assertThat(take(late, 2)).containsExactly(8L, 9L);
        assertThat(events.followedFrom).containsExactly(4L);
    }

    @Test
    void aSubscriberThatReconnectsGetsEachLaterUpdateOnce() throws Exception {
        storeUntil(4);
        project(2);
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> first = subscribe(feed, OptionalLong.of(2));
        assertThat(take(first, 2)).containsExactly(3L, 4L);
        first.cancel();
        storeUntil(7);
        SinkQueueWithCancel<JobUpdate> again = subscribe(feed, OptionalLong.of(4));
        JobUpdate next = pull(again).orElseThrow();
        assertThat(next.revision()).isEqualTo(5);
        assertThat(next.exceptions()).containsExactly(exception(5));
        storeUntil(8);
        assertThat(take(again, 3)).containsExactly(6L, 7L, 8L);
        assertThat(events.followedFrom).containsExactly(3L);
    }

    @Test
    void theStreamsOfAJobThatEndsComplete() throws Exception {
        storeUntil(3);
        project(3);
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> one = subscribe(feed, OptionalLong.empty());
        SinkQueueWithCancel<JobUpdate> other = subscribe(feed, OptionalLong.of(3));
        assertThat(take(one, 1)).containsExactly(3L);
        events.all.add(new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
        for (SinkQueueWithCancel<JobUpdate> each : List.of(one, other)) {
            assertThat(take(each, 1)).containsExactly(4L);
            assertThat(pull(each)).isEmpty();
        }
        await().atMost(TIMEOUT).until(() -> events.followers.get() == 0);

        project(4);
        SinkQueueWithCancel<JobUpdate> late = subscribe(feed, OptionalLong.empty());
        assertThat(take(late, 1)).containsExactly(4L);
        assertThat(pull(late)).isEmpty();
        assertThat(pull(subscribe(feed, OptionalLong.of(4)))).isEmpty();
        assertThat(events.followedFrom).as("an ended job is not followed").containsExactly(4L);
    }

    /** Releases are acknowledged after the end, so the job's revision is later than the one of its last update. */
    @Test
    void theStreamsOfAJobThatHasEventsAfterItsEndCompleteWithItsEnd() throws Exception {
        storeUntil(3);
        project(3);
        events.all.add(new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
        events.all.add(new JobEvent.AssignmentsReleased(List.of(new UUID(5, 5))));
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> fresh = subscribe(feed, OptionalLong.empty());
        SinkQueueWithCancel<JobUpdate> resumed = subscribe(feed, OptionalLong.of(5));
        assertThat(take(fresh, 2)).containsExactly(3L, 4L);
        assertThat(pull(fresh)).isEmpty();
        assertThat(pull(resumed)).isEmpty();

        for (long projected = 4; projected <= 5; projected++) {
            project(projected);
            SinkQueueWithCancel<JobUpdate> late = subscribe(feed, OptionalLong.empty());
            assertThat(take(late, 1)).containsExactly(projected);
            assertThat(pull(late)).isEmpty();
        }
    }

    @Test
    void aSlowSubscriberIsDroppedAndTheOthersAreServed() throws Exception {
        storeUntil(3);
        project(3);
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> slow = subscribe(feed, OptionalLong.empty());
        assertThat(take(slow, 1)).containsExactly(3L);
        SinkQueueWithCancel<JobUpdate> quick = subscribe(feed, OptionalLong.of(3));
        for (long last = 53; last <= 3 + 50 * 20; last += 50) {
            storeUntil(last);
            List<Long> revisions = new ArrayList<>();
            while (revisions.size() < 50) {
                revisions.add(next(quick).orElseThrow().revision());
            }
            assertThat(revisions)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(last - 49, last).boxed().toList());
        }
        assertThatThrownBy(() -> {
                    while (pull(slow).isPresent()) {}
                })
                .hasCauseInstanceOf(JobFeed.SubscriberDropped.class)
                .hasMessageContaining("too slow");
    }

    @Test
    void aJobWithoutSubscribersIsNotFollowed() throws Exception {
        storeUntil(3);
        project(3);
        JobFeed feed = feed(SHORT_LINGER);
        SinkQueueWithCancel<JobUpdate> first = subscribe(feed, OptionalLong.empty());
        assertThat(take(first, 1)).containsExactly(3L);
        await().atMost(TIMEOUT).until(() -> events.followers.get() == 1);
        first.cancel();
        await().atMost(TIMEOUT).until(() -> events.followers.get() == 0);
        storeUntil(5);
        SinkQueueWithCancel<JobUpdate> again = subscribe(feed, OptionalLong.of(3));
        assertThat(take(again, 2)).containsExactly(4L, 5L);
    }

    @Test
    void aChangeOfWhatTheJobWaitsForReachesEverySubscriberWithoutAnEvent() throws Exception {
        storeUntil(3);
        project(3);
        JobFeed feed = feed(LONG_LINGER);
        SinkQueueWithCancel<JobUpdate> one = subscribe(feed, OptionalLong.empty());
        SinkQueueWithCancel<JobUpdate> other = subscribe(feed, OptionalLong.empty());
        for (SinkQueueWithCancel<JobUpdate> each : List.of(one, other)) {
            JobUpdate update = pull(each).orElseThrow();
            assertThat(update.waiting().isPresent() ? update : pull(each).orElseThrow())
                    .as("what the job waits for, once it was asked")
                    .extracting(JobUpdate::waiting)
                    .isEqualTo(Optional.of(List.of()));
        }
        waiting = List.of(AGENT_AWAY);
        for (SinkQueueWithCancel<JobUpdate> each : List.of(one, other)) {
            JobUpdate update = pull(each).orElseThrow();
            assertThat(update.waiting()).contains(List.of(AGENT_AWAY));
            assertThat(update.revision()).isEqualTo(3);
            assertThat(update.exceptions()).isEmpty();
        }
        storeUntil(4);
        JobUpdate event = pull(one).orElseThrow();
        assertThat(event.revision()).isEqualTo(4);
        assertThat(event.waiting()).contains(List.of(AGENT_AWAY));
        assertThat(event.exceptions()).containsExactly(exception(4));

        SinkQueueWithCancel<JobUpdate> reconnected = subscribe(feed, OptionalLong.of(4));
        assertThat(pull(reconnected).orElseThrow().waiting()).contains(List.of(AGENT_AWAY));
        unreachable = true;
        assertThat(pull(one).orElseThrow().waiting()).isEmpty();
        unreachable = false;
        assertThat(pull(one).orElseThrow().waiting()).contains(List.of(AGENT_AWAY));
        events.all.add(new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
        JobUpdate end = pull(one).orElseThrow();
        assertThat(end.revision()).isEqualTo(5);
        assertThat(end.waiting()).as("an ended job").isEmpty();
        assertThat(pull(one)).isEmpty();
    }

    @Test
    void aJobIsAskedOnlyWhileItHasSubscribersAndOnceForAllOfThem() throws Exception {
        storeUntil(3);
        project(3);
        JobFeed feed = feed(LONG_LINGER);
        List<SinkQueueWithCancel<JobUpdate>> subscribers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            subscribers.add(subscribe(feed, OptionalLong.empty()));
            pull(subscribers.get(i));
        }
        await().atMost(TIMEOUT).until(() -> questions.get() > 2);
        held = Optional.of(new CompletableFuture<>());
        // One question may still get an answer. The next one gets none, and until it does, the job is not asked again.
        int asked = questions.get();
        await().during(WAITS_INTERVAL.multipliedBy(5)).atMost(TIMEOUT).until(() -> questions.get() <= asked + 1);
        CompletableFuture<Optional<View>> answer = held.get();
        held = Optional.empty();
        answer.complete(view(JOB));
        await().atMost(TIMEOUT).until(() -> questions.get() > asked + 1);

        subscribers.forEach(SinkQueueWithCancel::cancel);
        AtomicInteger last = new AtomicInteger();
        await().pollInterval(WAITS_INTERVAL.multipliedBy(2))
                .during(WAITS_INTERVAL.multipliedBy(5))
                .atMost(TIMEOUT)
                .until(() -> last.getAndSet(questions.get()) == questions.get());
    }

    /** Otherwise the hub fails, and all streams of its manager with it. */
    @Test
    void theEndOfAJobReachesASubscriberThatHasJustGone() {
        var stream = Source.<List<JobUpdate>>queue(1)
                .toMat(Sink.queue(), Keep.both())
                .run(kit.system());
        JobSubscriber subscriber = new QueueSubscriber(JOB, stream.first());
        stream.second().cancel();
        await().atMost(TIMEOUT).until(() -> !subscriber.offer(List.of()));
        assertThatCode(subscriber::complete).doesNotThrowAnyException();
        assertThatCode(() -> subscriber.fail(new IllegalStateException("the journal is away")))
                .doesNotThrowAnyException();
    }
}
