package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Runs the projections over the events of all jobs, and over the audit log; a cluster singleton.
 *
 * <pre>
 * open jobs of the tables ─┐
 * events of the registry ──┴─► a JobProjector for each job ─► changes, some events at a time ─► one transaction each
 * </pre>
 *
 * Each transaction advances the position of its persistence id, and fails if the position is not where this projector
 * left it. So a second projector, or a projector that was frozen, writes nothing. After a failure the projector resumes
 * from the stored position, after a backoff. A failure of one job does not affect the other jobs.
 */
public final class Projector extends AbstractBehavior<Projector.Command> {
    private static final Timing DEFAULT_TIMING =
            new Timing(Duration.ofSeconds(5), new ExponentialBackoff(Duration.ofSeconds(1), Duration.ofSeconds(30)));
    /** Jobs that are projected at a time. Further jobs wait until no event of one of them follows. */
    private static final int MAX_PROJECTED = 1000;

    /**
     * The intervals of a projector.
     *
     * @param review between checks whether the tables were emptied, and after which a start is a success
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

    private record Registered(UUID jobId) implements Command {}

    private record JobStopped(UUID jobId, ActorRef<JobProjector.Command> projector) implements Command {}

    private record Reviewed(int attempt, boolean emptied) implements Command {}

    /** @param attempt the attempt that failed */
    private record Failed(int attempt, Throwable cause) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JournalReader journal;
    private final ReadSide readSide;
    private final Timing timing;
    private final ProjectionMetrics metrics = new ProjectionMetrics();
    private final Map<UUID, ActorRef<JobProjector.Command>> projected = new HashMap<>();
    private final Set<UUID> waiting = new LinkedHashSet<>();
    /** A bug that one job's events trigger must not leave the job out of the tables until the next start. */
    private static final SupervisorStrategy RESTART =
            SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(30), 0.2);

    private Optional<UniqueKillSwitch> running = Optional.empty();
    private AtomicLong registryPosition = new AtomicLong();
    private Instant failingSince = Instant.MAX;
    private int attempt;
    private int failures;

    /**
     * A projector that fills the tables of {@code readSide} from {@code journal}.
     *
     * @param trail receives the decisions of the system
     */
    public static Behavior<Command> create(JournalReader journal, ReadSide readSide, AuditTrail trail) {
        return create(journal, readSide, trail, DEFAULT_TIMING);
    }

    static Behavior<Command> create(JournalReader journal, ReadSide readSide, AuditTrail trail, Timing timing) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Projector(context, timers, journal, readSide, trail, timing)));
    }

    private Projector(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JournalReader journal,
            ReadSide readSide,
            AuditTrail trail,
            Timing timing) {
        super(context);
        this.timers = timers;
        this.journal = journal;
        this.readSide = readSide;
        this.timing = timing;
        timers.startTimerWithFixedDelay(Review.INSTANCE, timing.review());
        readSide.deletion()
                .ifPresent(events -> context.spawn(
                        Behaviors.supervise(JournalTrimmer.create(readSide, events, metrics, timing))
                                .onFailure(RESTART),
                        "trimmer"));
        context.spawn(
                Behaviors.supervise(AuditProjector.create(journal, readSide, metrics, timing))
                        .onFailure(RESTART),
                "audit");
        context.spawn(
                Behaviors.supervise(DecisionRecorder.create(readSide, trail, timing))
                        .onFailure(RESTART),
                "decisions");
        context.getSelf().tell(Start.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Start.class, start -> onStart())
                .onMessage(PositionsRead.class, this::onPositionsRead)
                .onMessage(Registered.class, registered -> project(registered.jobId()))
                .onMessage(JobStopped.class, this::onJobStopped)
                .onMessage(Review.class, review -> onReview())
                .onMessage(Reviewed.class, this::onReviewed)
                .onMessage(Failed.class, this::onFailed)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Command> onStart() {
        int current = ++attempt;
        CompletionStage<PositionsRead> positions = readSide.run(() -> new PositionsRead(
                readSide.tables().position(Entities.JOB_REGISTRY_ID),
                readSide.tables().openJobs()));
        getContext().pipeToSelf(positions, (read, failure) -> failure == null ? read : new Failed(current, failure));
        return this;
    }

    private Behavior<Command> onPositionsRead(PositionsRead read) {
        read.openJobs().forEach(this::project);
        registryPosition = new AtomicLong(read.registry());
        int current = attempt;
        var self = getContext().getSelf();
        var started = registeredJobs(registryPosition)
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.foreach(jobId -> self.tell(new Registered(jobId))), Keep.both())
                .run(getContext().getSystem());
        running = Optional.of(started.first());
        getContext()
                .pipeToSelf(
                        started.second(),
                        (done, failure) -> new Failed(
                                current,
                                failure == null
                                        ? new IllegalStateException("the journal's stream of jobs ended")
                                        : failure));
        return this;
    }

    /** The jobs that the registry accepts from now on. */
    private Source<UUID, NotUsed> registeredJobs(AtomicLong position) {
        return journal.follow(Entities.JOB_REGISTRY_ID, position.get() + 1)
                .mapAsync(
                        1,
                        event -> readSide.run(() -> {
                            readSide.tables()
                                    .write(
                                            Projections.OF_JOBS,
                                            Entities.JOB_REGISTRY_ID,
                                            position.get(),
                                            event.sequenceNr(),
                                            changes(event),
                                            Optional.empty());
                            position.set(event.sequenceNr());
                            return (RegistryEvent) event.event();
                        }))
                .mapConcat(event ->
                        event instanceof RegistryEvent.JobRegistered job ? List.of(job.jobId()) : List.<UUID>of());
    }

    private static List<StoredChange<JobChange>> changes(EventEnvelope event) {
        if (event.event() instanceof RegistryEvent.JobRegistered registered) {
            return List.of(StoredChange.of(event, new JobChange.Registered(registered)));
        }
        return event.event() instanceof RegistryEvent.JobClosed closed
                ? List.of(StoredChange.of(event, new JobChange.Closed(closed)))
                : List.of();
    }

    private Behavior<Command> project(UUID jobId) {
        if (projected.containsKey(jobId)) {
            return this;
        }
        if (projected.size() >= MAX_PROJECTED) {
            waiting.add(jobId);
            return this;
        }
        JobEventStream stream = new JobEventStream(jobId, journal, readSide, metrics);
        ActorRef<JobProjector.Command> projector = getContext()
                .spawnAnonymous(Behaviors.supervise(JobProjector.create(stream, readSide, metrics, timing))
                        .onFailure(RESTART));
        projected.put(jobId, projector);
        getContext().watchWith(projector, new JobStopped(jobId, projector));
        return this;
    }

    private Behavior<Command> onJobStopped(JobStopped stopped) {
        projected.remove(stopped.jobId(), stopped.projector());
        Iterator<UUID> next = waiting.iterator();
        if (next.hasNext() && projected.size() < MAX_PROJECTED) {
            UUID jobId = next.next();
            next.remove();
            project(jobId);
        }
        return this;
    }

    /** Checks whether the tables were emptied. */
    private Behavior<Command> onReview() {
        if (running.isPresent()) {
            int current = attempt;
            // Taken before the tables are asked: the position grows meanwhile.
            long atLeast = registryPosition.get();
            getContext()
                    .pipeToSelf(
                            readSide.run(() -> readSide.tables().position(Entities.JOB_REGISTRY_ID)),
                            (position, failure) -> failure == null
                                    ? new Reviewed(current, position < atLeast)
                                    : new Failed(current, failure));
        }
        return this;
    }

    private Behavior<Command> onReviewed(Reviewed reviewed) {
        if (running.isEmpty() || reviewed.attempt() != attempt) {
            return this;
        }
        if (reviewed.emptied()) {
            getContext().getLog().info("the tables of lists and history were emptied; filling them from the journal");
            projected.values().forEach(getContext()::stop);
            projected.clear();
            waiting.clear();
            stop();
            return onStart();
        }
        failures = 0;
        metrics.recordRecovery(Entities.JOB_REGISTRY_ID);
        return this;
    }

    private Behavior<Command> onFailed(Failed failed) {
        if (failed.attempt() != attempt || timers.isTimerActive(Start.INSTANCE)) {
            return this;
        }
        stop();
        Duration delay = timing.backoff().delay(failures++);
        if (failures == 1) {
            failingSince = Instant.now();
        }
        getContext()
                .getLog()
                .warn(
                        "the read side stopped following the list of jobs: {}; retrying in {} ms",
                        JobProjector.reason(failed.cause()),
                        delay.toMillis());
        metrics.recordFailure(Entities.JOB_REGISTRY_ID, failingSince);
        timers.startSingleTimer(Start.INSTANCE, delay);
        return this;
    }

    private Behavior<Command> onStopped() {
        metrics.recordStop();
        stop();
        return this;
    }

    private void stop() {
        running.ifPresent(UniqueKillSwitch::shutdown);
        running = Optional.empty();
    }
}
