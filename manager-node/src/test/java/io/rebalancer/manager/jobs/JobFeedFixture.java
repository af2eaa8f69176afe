package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
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
import io.rebalancer.persistence.query.StoredSnapshot;
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
import org.junit.jupiter.api.AfterEach;

/** The feed of one job over a journal, tables and a job in memory. */
abstract class JobFeedFixture {
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final Duration SHORT_LINGER = Duration.ofMillis(20);
    static final Duration LONG_LINGER = Duration.ofMinutes(10);
    static final Duration WAITS_INTERVAL = Duration.ofMillis(20);
    static final JobWait AGENT_AWAY =
            new JobWait(JobWait.Cause.AGENT_UNREACHABLE, Instant.EPOCH, Optional.empty(), "2.stor.d");
    static final UUID JOB = new UUID(3, 4);
    final ActorTestKit kit = ActorTestKit.create(
            "feed",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));

    final Events events = new Events();
    Optional<FoldedJob> stored = Optional.empty();
    /** The revisions of the snapshots of the job. */
    final List<Long> snapshots = new CopyOnWriteArrayList<>();
    /** Whether the next read of the stored state fails. */
    boolean storedStateFails;

    /** The revision of each subscriber's last update. */
    final Map<SinkQueueWithCancel<JobUpdate>, Long> last = new HashMap<>();

    final AtomicInteger questions = new AtomicInteger();
    volatile List<JobWait> waiting = List.of();
    volatile boolean unreachable;
    /** The answer to the next question, while it is not there yet. */
    volatile Optional<CompletableFuture<Optional<View>>> held = Optional.empty();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** The events of the job, in memory. */
    static final class Events implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
        final List<JobEvent> all = new CopyOnWriteArrayList<>();
        final List<Long> followedFrom = new CopyOnWriteArrayList<>();
        final AtomicInteger followers = new AtomicInteger();
        volatile boolean failing;
        volatile long deletedTo;

        List<EventEnvelope> after(long number) {
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

    JobFeed feed(Duration linger) {
        JobOrigin origin = new JobOrigin(
                JournalReader.of(events).withSnapshots(this::snapshot), jobId -> storedState(), this::answer);
        return JournalJobFeed.over(origin, kit.spawn(JobFeedHub.create(origin, linger, WAITS_INTERVAL)));
    }

    private CompletionStage<Optional<StoredSnapshot>> snapshot(String id, long to) {
        return CompletableFuture.completedFuture(snapshots.stream()
                .filter(revision -> revision <= to)
                .max(Long::compare)
                .map(revision -> new StoredSnapshot(revision, fold(revision).state())));
    }

    private CompletionStage<Optional<FoldedJob>> storedState() {
        if (storedStateFails) {
            storedStateFails = false;
            return CompletableFuture.failedFuture(new IllegalStateException("the tables are away"));
        }
        return CompletableFuture.completedFuture(stored);
    }

    CompletionStage<Optional<View>> answer(UUID jobId) {
        questions.incrementAndGet();
        if (unreachable) {
            return CompletableFuture.failedFuture(new IllegalStateException("the job's manager is away"));
        }
        return held.isPresent() ? held.get() : CompletableFuture.completedFuture(view(jobId));
    }

    Optional<View> view(UUID jobId) {
        return Optional.of(new View(JOB, events.all.size(), JobState.EMPTY.outline(), waiting, Optional.empty()))
                .filter(view -> jobId.equals(JOB));
    }

    /** Stores events until the job has {@code revision} of them. */
    void storeUntil(long revision) {
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

    static UnmovedRecord exception(int number) {
        return new UnmovedRecord(
                new RecordRef(1, "/o/stor/" + number), UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "full");
    }

    /** The tables have the state as of {@code revision}. */
    void project(long revision) {
        stored = Optional.of(fold(revision));
    }

    private FoldedJob fold(long revision) {
        JobState state = JobState.EMPTY;
        for (JobEvent event : events.all.subList(0, (int) revision)) {
            state = state.apply(event);
        }
        return new FoldedJob(revision, state);
    }

    SinkQueueWithCancel<JobUpdate> subscribe(JobFeed feed, OptionalLong after) {
        SinkQueueWithCancel<JobUpdate> subscriber = feed.open(JOB)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .updates(after)
                .runWith(Sink.queue(), kit.system());
        after.ifPresent(revision -> last.put(subscriber, revision));
        return subscriber;
    }

    static Optional<JobUpdate> pull(SinkQueueWithCancel<JobUpdate> subscriber)
            throws InterruptedException, ExecutionException, TimeoutException {
        return subscriber.pull().toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** The next update with a new revision: not one that only states what the job waits for. */
    Optional<JobUpdate> next(SinkQueueWithCancel<JobUpdate> subscriber) throws Exception {
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
    List<Long> take(SinkQueueWithCancel<JobUpdate> subscriber, int count) throws Exception {
        List<Long> revisions = new ArrayList<>();
        while (revisions.size() < count) {
            JobUpdate update = next(subscriber).orElseThrow();
            JobState state = JobState.EMPTY;
            for (JobEvent event : events.all.subList(0, (int) update.revision())) {
                state = state.apply(event);
            }
            assertThat(update.state()).isEqualTo(state.outline());
            revisions.add(update.revision());
        }
        return revisions;
    }
}
