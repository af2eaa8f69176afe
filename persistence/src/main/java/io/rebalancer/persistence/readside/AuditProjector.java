package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditEvent;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Projects the entries of the audit log; a child of {@link Projector}. It continues behind the position in the tables. After a
 * failure the next attempt follows after a backoff, and after the tables were emptied it starts with the first entry.
 */
final class AuditProjector extends AbstractBehavior<AuditProjector.Command> {
    private static final int MAX_BATCH = 200;
    private static final Duration MAX_BATCH_DELAY = Duration.ofMillis(100);

    /** Messages of the projector to itself. */
    interface Command {}

    private enum Start implements Command {
        INSTANCE
    }

    private enum Review implements Command {
        INSTANCE
    }

    private record Loaded(long position) implements Command {}

    /** The tables include the event with this number. */
    private record Advanced(long position) implements Command {}

    /** @param atLeast the position that the tables had before */
    private record Reviewed(int attempt, long atLeast, long position) implements Command {}

    /** @param attempt the attempt that failed */
    private record Failed(int attempt, Throwable cause) implements Command {}

    /** The journal can't be read further; the entries before are written. */
    private static final class ReadingFailed extends Exception {
        private static final long serialVersionUID = 1L;

        ReadingFailed(Throwable cause) {
            super(cause);
        }
    }

    /** An event of the journal, or the failure that ended the journal's stream. */
    private record Read(Optional<EventEnvelope> event, Optional<Throwable> failure) {
        static Read event(EventEnvelope event) {
            return new Read(Optional.of(event), Optional.empty());
        }

        static Read failed(Throwable failure) {
            return new Read(Optional.empty(), Optional.of(failure));
        }
    }

    private final TimerScheduler<Command> timers;
    private final JournalReader journal;
    private final ReadSide readSide;
    private final ProjectionMetrics metrics;
    private final Projector.Timing timing;
    private Optional<UniqueKillSwitch> running = Optional.empty();
    private long position;
    private int attempt;
    private int failures;
    private Instant failingSince = Instant.MAX;

    static Behavior<Command> create(
            JournalReader journal, ReadSide readSide, ProjectionMetrics metrics, Projector.Timing timing) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new AuditProjector(context, timers, journal, readSide, metrics, timing)));
    }

    private AuditProjector(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JournalReader journal,
            ReadSide readSide,
            ProjectionMetrics metrics,
            Projector.Timing timing) {
        super(context);
        this.timers = timers;
        this.journal = journal;
        this.readSide = readSide;
        this.metrics = metrics;
        this.timing = timing;
        timers.startTimerWithFixedDelay(Review.INSTANCE, timing.review());
        context.getSelf().tell(Start.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Start.class, start -> onStart())
                .onMessage(Loaded.class, this::onLoaded)
                .onMessage(Advanced.class, this::onAdvanced)
                .onMessage(Review.class, review -> onReview())
                .onMessage(Reviewed.class, this::onReviewed)
                .onMessage(Failed.class, this::onFailed)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Command> onStart() {
        int current = ++attempt;
        getContext()
                .pipeToSelf(
                        readSide.run(() -> readSide.tables().position(Entities.AUDIT_LOG_ID)),
                        (read, failure) -> failure == null ? new Loaded(read) : new Failed(current, failure));
        return this;
    }

    private Behavior<Command> onLoaded(Loaded loaded) {
        position = loaded.position();
        int current = attempt;
        var self = getContext().getSelf();
        var started = journal.follow(Entities.AUDIT_LOG_ID, position + 1)
                .map(Read::event)
                .recover(new PFBuilder<Throwable, Read>().matchAny(Read::failed).build())
                .groupedWithin(MAX_BATCH, MAX_BATCH_DELAY)
                .mapAsync(1, reads -> readSide.run(() -> write(reads)))
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.foreach(written -> self.tell(new Advanced(written))), Keep.both())
                .run(getContext().getSystem());
        running = Optional.of(started.first());
        getContext()
                .pipeToSelf(
                        started.second(),
                        (done, failure) -> new Failed(
                                current,
                                failure == null
                                        ? new IllegalStateException("the journal's stream of the audit log ended")
                                        : failure));
        return this;
    }

    /** Writes the events that were read, and then fails if the journal can't be read further. */
    private long write(List<Read> reads) throws ReadingFailed {
        List<EventEnvelope> events =
                reads.stream().flatMap(read -> read.event().stream()).toList();
        if (!events.isEmpty()) {
            EventEnvelope last = events.get(events.size() - 1);
            readSide.tables()
                    .write(
                            Projections.OF_AUDIT,
                            Entities.AUDIT_LOG_ID,
                            events.get(0).sequenceNr() - 1,
                            last.sequenceNr(),
                            events.stream().map(AuditProjector::change).toList(),
                            Optional.empty());
            metrics.recordWrite(events.size(), Instant.ofEpochMilli(last.timestamp()));
        }
        Optional<Throwable> failure = reads.get(reads.size() - 1).failure();
        if (failure.isPresent()) {
            throw new ReadingFailed(failure.get());
        }
        return events.get(events.size() - 1).sequenceNr();
    }

    private static StoredChange<AuditEntry> change(EventEnvelope event) {
        return StoredChange.of(event, ((AuditEvent.EntryAppended) event.event()).entry());
    }

    private Behavior<Command> onAdvanced(Advanced advanced) {
        position = Math.max(position, advanced.position());
        return this;
    }

    /** Checks whether the tables were emptied. */
    private Behavior<Command> onReview() {
        if (running.isPresent()) {
            int current = attempt;
            // Taken before the tables are asked: the position grows meanwhile.
            long atLeast = position;
            getContext()
                    .pipeToSelf(
                            readSide.run(() -> readSide.tables().position(Entities.AUDIT_LOG_ID)),
                            (read, failure) -> failure == null
                                    ? new Reviewed(current, atLeast, read)
                                    : new Failed(current, failure));
        }
        return this;
    }

    private Behavior<Command> onReviewed(Reviewed reviewed) {
        if (running.isEmpty() || reviewed.attempt() != attempt) {
            return this;
        }
        if (reviewed.position() < reviewed.atLeast()) {
            getContext().getLog().info("the table of the audit log was emptied; filling it from the journal");
            stop();
            return onStart();
        }
        failures = 0;
        metrics.recordRecovery(Entities.AUDIT_LOG_ID);
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
                        "the table of the audit log is not updated after entry {}: {}; retrying in {} ms",
                        position,
                        JobProjector.reason(failed.cause()),
                        delay.toMillis());
        metrics.recordFailure(Entities.AUDIT_LOG_ID, failingSince);
        timers.startSingleTimer(Start.INSTANCE, delay);
        return this;
    }

    private Behavior<Command> onStopped() {
        metrics.recordRecovery(Entities.AUDIT_LOG_ID);
        stop();
        return this;
    }

    private void stop() {
        running.ifPresent(UniqueKillSwitch::shutdown);
        running = Optional.empty();
    }
}
