package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.persistence.JournalReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
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
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * Takes the events of all jobs into the tables; a cluster singleton.
 *
 * <pre>
 * open jobs of the tables ─┐
 * events of the registry ──┴─► one follower for each job ─► what changed, some events at a time ─► one transaction each
 * </pre>
 *
 * Each transaction moves the mark of the last event taken in, and fails if the mark is not where this projector left it:
 * a second projector, or one that was frozen, writes nothing. What failed is begun anew from the marks, after a pause.
 */
public final class Projector extends AbstractBehavior<Projector.Command> {
    private static final Pace USUAL = new Pace(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(30));
    /** Jobs followed at a time; those beyond wait for one to end. */
    private static final int FOLLOWED = 1000;

    private static final int GROUP = 200;
    private static final Duration GROUP_WITHIN = Duration.ofMillis(100);

    /**
     * How soon a projector does things.
     *
     * @param review how often it looks whether somebody has emptied the tables
     * @param pause before it begins again after a failure; doubles up to {@code longest}
     */
    record Pace(Duration review, Duration pause, Duration longest) {}

    /** What a projector says to itself. */
    public interface Command {}

    private enum Begin implements Command {
        INSTANCE
    }

    private enum Review implements Command {
        INSTANCE
    }

    private record Marked(long registry, List<UUID> open) implements Command {}

    private record Reviewed(long registry) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JournalReader journal;
    private final ReadSide readSide;
    private final ReadSideTables tables;
    private final ProjectionMetrics metrics = new ProjectionMetrics();
    private Optional<UniqueKillSwitch> running = Optional.empty();
    private AtomicLong registryAt = new AtomicLong();
    private final Pace pace;
    private Duration pause;

    public static Behavior<Command> create(JournalReader journal, ReadSide readSide) {
        return create(journal, readSide, USUAL);
    }

    static Behavior<Command> create(JournalReader journal, ReadSide readSide, Pace pace) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Projector(context, timers, journal, readSide, pace)));
    }

    private Projector(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JournalReader journal,
            ReadSide readSide,
            Pace pace) {
        super(context);
        this.timers = timers;
        this.journal = journal;
        this.readSide = readSide;
        this.tables = readSide.tables();
        this.pace = pace;
        this.pause = pace.pause();
        timers.startTimerWithFixedDelay(Review.INSTANCE, pace.review());
        context.getSelf().tell(Begin.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Begin.class, begin -> onBegin())
                .onMessage(Marked.class, this::onMarked)
                .onMessage(Review.class, review -> onReview())
                .onMessage(Reviewed.class, this::onReviewed)
                .onMessage(Failed.class, this::onFailed)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Command> onBegin() {
        CompletionStage<Marked> marks =
                readSide.run(() -> new Marked(tables.takenIn(Entities.JOB_REGISTRY_ID), tables.open()));
        getContext().pipeToSelf(marks, (marked, failure) -> failure == null ? marked : new Failed(failure));
        return this;
    }

    private Behavior<Command> onMarked(Marked marked) {
        registryAt = new AtomicLong(marked.registry());
        var streams = Source.from(marked.open())
                .concat(registered(registryAt))
                .flatMapMerge(FOLLOWED, this::follow)
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.ignore(), Keep.both())
                .run(getContext().getSystem());
        running = Optional.of(streams.first());
        getContext().pipeToSelf(streams.second(), (done, failure) -> new Failed(ended(failure)));
        return this;
    }

    private static Throwable ended(@Nullable Throwable failure) {
        return failure == null ? new IllegalStateException("the journal's stream of jobs ended") : failure;
    }

    /** Jobs as they are ordered. */
    private Source<UUID, NotUsed> registered(AtomicLong at) {
        return journal.follow(Entities.JOB_REGISTRY_ID, at.get() + 1)
                .mapAsync(1, envelope -> {
                    RegistryEvent event = (RegistryEvent) envelope.event();
                    return readSide.run(() -> {
                        tables.take(Entities.JOB_REGISTRY_ID, at.get(), envelope.sequenceNr(), event);
                        at.set(envelope.sequenceNr());
                        return event;
                    });
                })
                .mapConcat(event ->
                        event instanceof RegistryEvent.JobRegistered job ? List.of(job.jobId()) : List.<UUID>of());
    }

    /** Takes one job in until it is over. */
    private Source<Done, NotUsed> follow(UUID jobId) {
        String id =
                PersistenceId.of(Entities.EVACUATE_JOB.name(), jobId.toString()).id();
        return Source.completionStage(readSide.run(() -> new AtomicLong(tables.takenIn(id))))
                .flatMapConcat(at -> {
                    long before = at.get();
                    // From the first event, for the job's state before those that are new.
                    return journal.follow(id, 1)
                            .scan(JobChange.NONE, Projector::next)
                            .filter(change -> change.sequenceNr() > before)
                            .takeWhile(change -> !change.state().phase().terminal(), true)
                            .groupedWithin(GROUP, GROUP_WITHIN)
                            .mapAsync(
                                    1,
                                    changes -> readSide.run(() -> {
                                        tables.take(id, jobId, at.get(), changes);
                                        JobChange last = changes.get(changes.size() - 1);
                                        at.set(last.sequenceNr());
                                        metrics.stored(changes.size(), last.at());
                                        return Done.getInstance();
                                    }));
                });
    }

    private static JobChange next(JobChange before, EventEnvelope envelope) {
        return before.next(
                envelope.sequenceNr(), Instant.ofEpochMilli(envelope.timestamp()), (JobEvent) envelope.event());
    }

    /** Whether somebody has emptied the tables. */
    private Behavior<Command> onReview() {
        if (running.isPresent()) {
            getContext()
                    .pipeToSelf(
                            readSide.run(() -> tables.takenIn(Entities.JOB_REGISTRY_ID)),
                            (at, failure) -> failure == null ? new Reviewed(at) : new Failed(failure));
        }
        return this;
    }

    private Behavior<Command> onReviewed(Reviewed reviewed) {
        if (running.isPresent() && reviewed.registry() < registryAt.get()) {
            running.get().abort(new IllegalStateException("the tables were emptied; they are made anew"));
        } else {
            pause = pace.pause();
        }
        return this;
    }

    private Behavior<Command> onFailed(Failed failed) {
        if (timers.isTimerActive(Begin.INSTANCE)) {
            return this;
        }
        getContext().getLog().warn("the read side waits, again in {}: {}", pause, reason(failed.cause()));
        metrics.failed();
        stop();
        timers.startSingleTimer(Begin.INSTANCE, pause);
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(pace.longest()) > 0 ? pace.longest() : twice;
        return this;
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
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
