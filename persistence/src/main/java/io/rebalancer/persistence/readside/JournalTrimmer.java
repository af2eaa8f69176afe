package io.rebalancer.persistence.readside;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Deletes the events of jobs that neither the tables nor the jobs need any more; a child of {@link Projector}.
 *
 * <pre>
 * an event is deleted when   the stored state of the job in the tables includes it
 *                            the newest snapshot of the job but one includes it
 *                            at least 1,000 events of the job can be deleted
 * steps                      deletion_begun_to, committed ─► events, some thousand at a time ─► deleted_to
 * </pre>
 *
 * The last event of a job always stays, because the newest snapshot includes it at most. So a recovering job finds its
 * highest sequence number. A failure delays the deletion, and affects no projection.
 */
final class JournalTrimmer extends AbstractBehavior<JournalTrimmer.Command> {
    /** Jobs with fewer events keep all of them, so their tables can be rebuilt. */
    static final long MIN_EVENTS = 1000;

    /** Events that one transaction deletes. */
    private static final long MAX_EVENTS_PER_STEP = 5000;
    /** Jobs that are examined at a time. */
    private static final int MAX_JOBS = 100;

    /** Messages of the trimmer to itself. */
    interface Command {}

    private enum Trim implements Command {
        INSTANCE
    }

    /** @param end the last persistence id that was examined; empty text after the last of all */
    private record Trimmed(String end, Optional<Throwable> failure) implements Command {}

    private final TimerScheduler<Command> timers;
    private final ReadSide readSide;
    private final EventDeletion journal;
    private final ProjectionMetrics metrics;
    private final Projector.Timing timing;
    private String after = "";
    private int failures;

    static Behavior<Command> create(
            ReadSide readSide, EventDeletion journal, ProjectionMetrics metrics, Projector.Timing timing) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new JournalTrimmer(context, timers, readSide, journal, metrics, timing)));
    }

    private JournalTrimmer(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ReadSide readSide,
            EventDeletion journal,
            ProjectionMetrics metrics,
            Projector.Timing timing) {
        super(context);
        this.timers = timers;
        this.readSide = readSide;
        this.journal = journal;
        this.metrics = metrics;
        this.timing = timing;
        timers.startSingleTimer(Trim.INSTANCE, timing.review());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Trim.class, trim -> onTrim())
                .onMessage(Trimmed.class, this::onTrimmed)
                .build();
    }

    private Behavior<Command> onTrim() {
        CompletionStage<Trimmed> trimmed = readSide.run(
                        () -> readSide.tables().deletions().deletable(after, MIN_EVENTS, MAX_JOBS))
                .thenCompose(this::trimAll);
        getContext()
                .pipeToSelf(
                        trimmed, (done, failure) -> failure == null ? done : new Trimmed(after, Optional.of(failure)));
        return this;
    }

    private Behavior<Command> onTrimmed(Trimmed trimmed) {
        after = trimmed.end();
        if (trimmed.failure().isEmpty()) {
            failures = 0;
            // The next jobs follow at once.
            timers.startSingleTimer(Trim.INSTANCE, after.isEmpty() ? timing.review() : Duration.ZERO);
            return this;
        }
        Duration delay = timing.backoff().delay(failures++);
        metrics.recordDeletionFailure();
        getContext()
                .getLog()
                .warn(
                        "the journal keeps events that can be deleted: {}; jobs are not affected; retrying in {} ms",
                        JobProjector.reason(trimmed.failure().get()),
                        delay.toMillis());
        timers.startSingleTimer(Trim.INSTANCE, delay);
        return this;
    }

    /** One job after the other. The failure of one does not keep the events of the others. */
    private CompletionStage<Trimmed> trimAll(List<DeletionTable.Deletable> jobs) {
        String end = jobs.size() < MAX_JOBS ? "" : jobs.get(jobs.size() - 1).persistenceId();
        CompletionStage<Trimmed> all = CompletableFuture.completedFuture(new Trimmed(end, Optional.empty()));
        for (DeletionTable.Deletable job : jobs) {
            all = all.thenCompose(before -> trim(job)
                    .handle((done, failure) -> failure == null ? before : new Trimmed(end, Optional.of(failure))));
        }
        return all;
    }

    private CompletionStage<Boolean> trim(DeletionTable.Deletable job) {
        return journal.neededAfter(job.persistenceId()).thenCompose(snapshot -> {
            long to = Math.min(snapshot, job.stateRevision());
            return to - job.deletedTo() < MIN_EVENTS
                    ? CompletableFuture.completedFuture(false)
                    : delete(job.persistenceId(), job.deletedTo(), to);
        });
    }

    private CompletionStage<Boolean> delete(String persistenceId, long deletedTo, long to) {
        long step = Math.min(to, deletedTo + MAX_EVENTS_PER_STEP);
        return readSide.run(() -> readSide.tables().deletions().begin(persistenceId, step))
                .thenCompose(
                        begun -> begun ? deleteStep(persistenceId, step) : CompletableFuture.completedFuture(false))
                .thenCompose(done ->
                        done && step < to ? delete(persistenceId, step, to) : CompletableFuture.completedFuture(done));
    }

    private CompletionStage<Boolean> deleteStep(String persistenceId, long to) {
        return journal.deleteTo(persistenceId, to)
                .thenCompose(events -> readSide.run(() -> {
                    readSide.tables().deletions().end(persistenceId, to);
                    metrics.recordDeletion(events);
                    return true;
                }));
    }
}
