package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService.View;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each subscriber gets each update once, and all subscribers of a job share one reader of the journal. */
@Tag("slow")
class JobFeedTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SHORT_LINGER = Duration.ofMillis(20);
    private static final Duration LONG_LINGER = Duration.ofMinutes(10);
    private static final Duration WAITS_INTERVAL = Duration.ofMillis(20);
    private static final JobWait AGENT_AWAY =
            new JobWait(JobWait.Cause.AGENT_UNREACHABLE, Instant.EPOCH, Optional.empty(), "2.stor.d");
    private static final UUID JOB = new UUID(3, 4);
    private static final ActorTestKit KIT = ActorTestKit.create(
            "feed",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));

    private final Events events = new Events();
    private Optional<FoldedJob> stored = Optional.empty();
    /** The revision of each subscriber's last update. */
    private final Map<SinkQueueWithCancel<JobUpdate>, Long> last = new HashMap<>();

    private final AtomicInteger questions = new AtomicInteger();
    private volatile List<JobWait> waiting = List.of();
    private volatile boolean unreachable;
    /** The answer to the next question, while it is not there yet. */
    private volatile Optional<CompletableFuture<Optional<View>>> held = Optional.empty();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** The events of the job, in memory. */
    private static final class Events implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
        private final List<JobEvent> all = new CopyOnWriteArrayList<>();
        private final List<Long> followedFrom = new CopyOnWriteArrayList<>();
        private final AtomicInteger followers = new AtomicInteger();
        private volatile boolean failing;
        private volatile long deletedTo;

        private List<EventEnvelope> after(long number) {
            List<JobEvent> stored = List.copyOf(all);
            return LongStream.rangeClosed(Math.max(number, deletedTo) + 1, stored.size())
                    .mapToObj(each -> new EventEnvelope(
                            Offset.sequence(each),
                            PersistentEntities.evacuateJob(JOB).id(),
                            each,
                            stored.get((int) each - 1),
                            0))
                    .toList();
        }

        @Override
        public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String id, long from, long to) {
            return Source.from(after(from - 1));
        }

        @Override
        public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String id, long from, long to) {
            followedFrom.add(from);
            followers.incrementAndGet();
            return Source.tick(Duration.ZERO, Duration.ofMillis(5), id)
                    .statefulMap(
                            () -> from - 1,
                            (last, tick) -> {
                                if (failing) {
                                    throw new IllegalStateException("the database is away");
                                }
                                List<EventEnvelope> more = after(last);
                                return Pair.create(last + more.size(), more);
                            },
                            last -> Optional.empty())
                    .mapConcat(more -> more)
                    .watchTermination((cancel, done) -> {
                        done.whenComplete((ended, failure) -> followers.decrementAndGet());
                        return NotUsed.getInstance();
                    });
        }
    }

    private JobFeed feed(Duration linger) {
        JobFeedHub.Origin origin = new JobFeedHub.Origin(
                JournalReader.of(events), jobId -> CompletableFuture.completedFuture(stored), this::answer);
        return JournalJobFeed.over(origin, KIT.spawn(JobFeedHub.create(origin, linger, WAITS_INTERVAL)));
    }

    private CompletionStage<Optional<View>> answer(UUID jobId) {
        questions.incrementAndGet();
        if (unreachable) {
            return CompletableFuture.failedFuture(new IllegalStateException("the job's manager is away"));
        }
        return held.isPresent() ? held.get() : CompletableFuture.completedFuture(view(jobId));
    }

    private Optional<View> view(UUID jobId) {
        return Optional.of(new View(JOB, events.all.size(), JobState.EMPTY.outline(), waiting, Optional.empty()))
                .filter(view -> jobId.equals(JOB));
    }

    /** Stores events until the job has {@code revision} of them. */
    private void storeUntil(long revision) {
        while (events.all.size() < revision) {
            int number = events.all.size() + 1;
            events.all.add(
                    switch (number) {
                        case 1 ->
                            new JobEvent.JobCreated(
                                    new CopyLocation("dc1", new StorageNodeId("1.stor.d")), 0, Instant.EPOCH);
                        case 2 -> new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS);
                        default -> new JobEvent.RecordsExcepted(List.of(exception(number)), Map.of());
                    });
        }
    }

    private static UnmovedRecord exception(int number) {
        return new UnmovedRecord(
                new RecordRef(1, "/o/stor/" + number), UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "full");
    }

    /** The tables have the state as of {@code revision}. */
    private void project(long revision) {
        FoldedJob job = FoldedJob.EMPTY;
        for (EventEnvelope each : events.after(0).subList(0, (int) revision)) {
            job = job.after(each);
        }
        stored = Optional.of(job);
    }

    private SinkQueueWithCancel<JobUpdate> subscribe(JobFeed feed, OptionalLong after) {
        SinkQueueWithCancel<JobUpdate> subscriber = feed.open(JOB)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .updates(after)
                .runWith(Sink.queue(), KIT.system());
        after.ifPresent(revision -> last.put(subscriber, revision));
        return subscriber;
    }

    private static Optional<JobUpdate> pull(SinkQueueWithCancel<JobUpdate> subscriber)
            throws InterruptedException, ExecutionException, TimeoutException {
        return subscriber.pull().toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** The next update with a new revision: not one that only states what the job waits for. */
    private Optional<JobUpdate> next(SinkQueueWithCancel<JobUpdate> subscriber) throws Exception {
        Optional<JobUpdate> update = pull(subscriber);
        while (update.isPresent()
                && Objects.equals(
                        last.put(subscriber, update.get().revision()),
                        update.get().revision())) {
            update = pull(subscriber);
        }
        return update;
    }

    /**
     * The revisions of the next updates with a new revision. Checks that each update has the state as of its revision.
     */
    private List<Long> take(SinkQueueWithCancel<JobUpdate> subscriber, int count) throws Exception {
        List<Long> revisions = new ArrayList<>();
        while (revisions.size() < count) {
            JobUpdate update = next(subscriber).orElseThrow();
            JobState state = JobState.EMPTY;
            for (EventEnvelope each : events.after(0).subList(0, (int) update.revision())) {
                state = state.apply((JobEvent) each.event());
            }
            assertThat(update.state()).isEqualTo(state.outline());
            revisions.add(update.revision());
        }
        return revisions;
    }

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
