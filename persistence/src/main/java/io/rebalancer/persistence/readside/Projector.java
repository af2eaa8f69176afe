package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the projections over the events of all jobs; a cluster singleton.
 *
 * <pre>
 * open jobs of the tables ─┐
 * events of the registry ──┴─► one follower for each job ─► changes, some events at a time ─► one transaction each
 * </pre>
 *
 * Each transaction advances the position of its persistence id, and fails if the position is not where this projector
 * left it. So a second projector, or a projector that was frozen, writes nothing. After a failure the projector resumes
 * from the stored positions, after a backoff.
 */
public final class Projector extends AbstractBehavior<Projector.Command> {
    private static final Timing DEFAULT_TIMING =
            new Timing(Duration.ofSeconds(5), new ExponentialBackoff(Duration.ofSeconds(1), Duration.ofSeconds(30)));
    /** Jobs that are followed at a time. Further jobs wait until one of them ends. */
    private static final int MAX_FOLLOWED = 1000;

    private static final int MAX_BATCH = 200;
    private static final Duration MAX_BATCH_DELAY = Duration.ofMillis(100);

    /**
     * The intervals of a projector.
     *
     * @param review between checks whether the tables were emptied
     * @param backoff before it resumes after a failure
     */
    record Timing(Duration review, ExponentialBackoff backoff) {}

    /** Messages of a projector to itself. */
    public interface Command {}

    private enum Start implements Command {
        INSTANCE
    }

    private enum Review implements Command {
        INSTANCE
    }

    private record PositionsRead(long registry, List<UUID> openJobs) implements Command {}

    private record Reviewed(long registry) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JournalReader journal;
    private final ReadSide readSide;
    private final ReadSideTables tables;
    private final ProjectionMetrics metrics = new ProjectionMetrics();
    private final ExponentialBackoff backoff;
    private Optional<UniqueKillSwitch> running = Optional.empty();
    private AtomicLong registryPosition = new AtomicLong();
    private int failures;

    /** A projector that fills the tables of {@code readSide} from {@code journal}. */
    public static Behavior<Command> create(JournalReader journal, ReadSide readSide) {
        return create(journal, readSide, DEFAULT_TIMING);
    }

    static Behavior<Command> create(JournalReader journal, ReadSide readSide, Timing timing) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Projector(context, timers, journal, readSide, timing)));
    }

    private Projector(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JournalReader journal,
            ReadSide readSide,
            Timing timing) {
        super(context);
        this.timers = timers;
        this.journal = journal;
        this.readSide = readSide;
        this.tables = readSide.tables();
        this.backoff = timing.backoff();
        timers.startTimerWithFixedDelay(Review.INSTANCE, timing.review());
        context.getSelf().tell(Start.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Start.class, start -> onStart())
                .onMessage(PositionsRead.class, this::onPositionsRead)
                .onMessage(Review.class, review -> onReview())
                .onMessage(Reviewed.class, this::onReviewed)
                .onMessage(Failed.class, this::onFailed)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Command> onStart() {
        CompletionStage<PositionsRead> positions =
                readSide.run(() -> new PositionsRead(tables.position(Entities.JOB_REGISTRY_ID), tables.openJobs()));
        getContext().pipeToSelf(positions, (read, failure) -> failure == null ? read : new Failed(failure));
        return this;
    }

    private Behavior<Command> onPositionsRead(PositionsRead read) {
        registryPosition = new AtomicLong(read.registry());
        var streams = Source.from(read.openJobs())
                .concat(registeredJobs(registryPosition))
                .flatMapMerge(MAX_FOLLOWED, this::followJob)
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.ignore(), Keep.both())
                .run(getContext().getSystem());
        running = Optional.of(streams.first());
        getContext().pipeToSelf(streams.second(), (done, failure) -> new Failed(endOfStream(failure)));
        return this;
    }

    private static Throwable endOfStream(@Nullable Throwable failure) {
        return failure == null ? new IllegalStateException("the journal's stream of jobs ended") : failure;
    }

    /** The jobs that the registry accepts from now on. */
    private Source<UUID, NotUsed> registeredJobs(AtomicLong position) {
        return journal.follow(Entities.JOB_REGISTRY_ID, position.get() + 1)
                .mapAsync(
                        1,
                        envelope -> readSide.run(() -> {
                            write(Entities.JOB_REGISTRY_ID, position, envelope.sequenceNr(), registrations(envelope));
                            return (RegistryEvent) envelope.event();
                        }))
                .mapConcat(event ->
                        event instanceof RegistryEvent.JobRegistered job ? List.of(job.jobId()) : List.<UUID>of());
    }

    private static List<StoredChange<JobChange>> registrations(EventEnvelope envelope) {
        return envelope.event() instanceof RegistryEvent.JobRegistered event
                ? List.of(stored(envelope, new JobChange.Registered(event)))
                : List.of();
    }

    /** Projects the events of one job until the job ends. */
    private Source<Done, NotUsed> followJob(UUID jobId) {
        String id = PersistentEntities.evacuateJob(jobId).id();
        return Source.completionStage(readSide.run(() -> new AtomicLong(tables.position(id))))
                .flatMapConcat(position -> {
                    long start = position.get();
                    // From the first event on, because a change needs the job's state before it.
                    return journal.follow(id, 1)
                            .statefulMap(
                                    () -> JobState.EMPTY,
                                    (state, envelope) -> update(jobId, state, envelope),
                                    state -> Optional.empty())
                            .filter(stored -> stored.sequenceNr() > start)
                            .takeWhile(stored -> !stored.change().endsJob(), true)
                            .groupedWithin(MAX_BATCH, MAX_BATCH_DELAY)
                            .mapAsync(1, batch -> readSide.run(() -> writeJob(id, position, batch)));
                });
    }

    private static Pair<JobState, StoredChange<JobChange>> update(UUID jobId, JobState before, EventEnvelope envelope) {
        JobChange.Updated updated = JobChange.Updated.of(jobId, before, (JobEvent) envelope.event());
        return Pair.create(updated.state(), stored(envelope, updated));
    }

    private static StoredChange<JobChange> stored(EventEnvelope envelope, JobChange change) {
        return new StoredChange<>(
                envelope.persistenceId(), envelope.sequenceNr(), Instant.ofEpochMilli(envelope.timestamp()), change);
    }

    private Done writeJob(String persistenceId, AtomicLong position, List<StoredChange<JobChange>> batch) {
        StoredChange<JobChange> last = batch.get(batch.size() - 1);
        write(persistenceId, position, last.sequenceNr(), batch);
        metrics.recordWrite(batch.size(), last.storedAt());
        return Done.getInstance();
    }

    private void write(String persistenceId, AtomicLong position, long after, List<StoredChange<JobChange>> changes) {
        tables.write(Projections.OF_JOBS, persistenceId, position.get(), after, changes);
        position.set(after);
    }

    /** Checks whether the tables were emptied. */
    private Behavior<Command> onReview() {
        if (running.isPresent()) {
            getContext()
                    .pipeToSelf(
                            readSide.run(() -> tables.position(Entities.JOB_REGISTRY_ID)),
                            (position, failure) -> failure == null ? new Reviewed(position) : new Failed(failure));
        }
        return this;
    }

    private Behavior<Command> onReviewed(Reviewed reviewed) {
        if (running.isPresent() && reviewed.registry() < registryPosition.get()) {
            running.get().abort(new IllegalStateException("the tables were emptied"));
        } else {
            failures = 0;
        }
        return this;
    }

    private Behavior<Command> onFailed(Failed failed) {
        if (timers.isTimerActive(Start.INSTANCE)) {
            return this;
        }
        Duration delay = backoff.delay(failures++);
        getContext()
                .getLog()
                .warn(
                        "the read side stopped following the journal: {}; retrying in {} ms from its stored positions",
                        reason(failed.cause()),
                        delay.toMillis());
        metrics.recordFailure();
        stop();
        timers.startSingleTimer(Start.INSTANCE, delay);
        return this;
    }

    /** The message of the driver, because Jdbi's contains the whole statement. */
    private static String reason(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return OneLine.of(cause instanceof JdbiException && cause.getCause() != null ? cause.getCause() : cause);
    }

    private Behavior<Command> onStopped() {
        stop();
        return this;
    }

    private void stop() {
        running.ifPresent(UniqueKillSwitch::shutdown);
        running = Optional.empty();
    }
}
