package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.jdbi.v3.core.JdbiException;

/**
 * Projects one job until no event follows, see {@link FoldedJob#isEnded}; a child of {@link Projector}. It resumes from the
 * state and the position in the tables. A failure stops the rows of this job only: it is stored as a {@link ProjectionFailure}, and the next attempt follows after
 * a backoff.
 */
final class JobProjector extends AbstractBehavior<JobProjector.Command> {

    /** Messages of the projector to itself. */
    interface Command {}

    private enum Start implements Command {
        INSTANCE
    }

    private enum Steady implements Command {
        INSTANCE
    }

    private record Loaded(JobEventStream.Progress progress) implements Command {}

    private record Advanced(JobEventStream.Step step) implements Command {}

    /** @param attempt the attempt whose stream ended */
    private record Completed(int attempt) implements Command {}

    /** @param attempt the attempt that failed */
    private record Failed(int attempt, Throwable cause) implements Command {}

    private record FailureUpdated(Optional<Throwable> fault) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JobEventStream stream;
    private final ReadSide readSide;
    private final ProjectionMetrics metrics;
    private final Projector.Timing timing;
    private Optional<UniqueKillSwitch> running = Optional.empty();
    private int attempt;
    private long position;
    private int failures;
    private Instant failingSince = Instant.MAX;
    /** At first true, because a projector on another member may have stored a failure. */
    private boolean failureStored = true;
    /** The last update of the stored failure. Updates run one after the other. */
    private CompletionStage<?> failureUpdate = CompletableFuture.completedFuture(null);

    /** A projector that stops when no event of the job follows. */
    static Behavior<Command> create(
            JobEventStream stream, ReadSide readSide, ProjectionMetrics metrics, Projector.Timing timing) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new JobProjector(context, timers, stream, readSide, metrics, timing)));
    }

    private JobProjector(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JobEventStream stream,
            ReadSide readSide,
            ProjectionMetrics metrics,
            Projector.Timing timing) {
        super(context);
        this.timers = timers;
        this.stream = stream;
        this.readSide = readSide;
        this.metrics = metrics;
        this.timing = timing;
        context.getSelf().tell(Start.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Start.class, start -> onStart())
                .onMessage(Loaded.class, this::onLoaded)
                .onMessage(Advanced.class, this::onAdvanced)
                .onMessage(Steady.class, steady -> onSteady())
                .onMessage(Completed.class, this::onCompleted)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(FailureUpdated.class, this::onFailureUpdated)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Command> onStart() {
        int current = ++attempt;
        getContext()
                .pipeToSelf(
                        readSide.run(stream::load),
                        (progress, failure) -> failure == null ? new Loaded(progress) : new Failed(current, failure));
        return this;
    }

    private Behavior<Command> onLoaded(Loaded loaded) {
        JobEventStream.Progress start = loaded.progress();
        position = start.position();
        if (start.isEnded()) {
            return end();
        }
        int current = attempt;
        var self = getContext().getSelf();
        var started = stream.from(start)
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.foreach(step -> self.tell(new Advanced(step))), Keep.both())
                .run(getContext().getSystem());
        running = Optional.of(started.first());
        getContext()
                .pipeToSelf(
                        started.second(),
                        (done, failure) -> failure == null ? new Completed(current) : new Failed(current, failure));
        timers.startSingleTimer(Steady.INSTANCE, timing.review());
        return this;
    }

    private Behavior<Command> onAdvanced(Advanced advanced) {
        JobEventStream.Step step = advanced.step();
        if (step.position() > position) {
            position = step.position();
            recover();
        }
        return step.ended() ? end() : this;
    }

    /** Nothing has failed since the start, so there is no failure, even if there is no new event. */
    private Behavior<Command> onSteady() {
        recover();
        return this;
    }

    private Behavior<Command> end() {
        recover();
        return Behaviors.stopped();
    }

    private void recover() {
        failures = 0;
        failingSince = Instant.MAX;
        metrics.recordRecovery(stream.persistenceId());
        if (failureStored) {
            failureStored = false;
            updateFailure(() -> readSide.tables().deleteFailure(stream.jobId()));
        }
    }

    private void updateFailure(Runnable update) {
        failureUpdate = failureUpdate
                .handle((done, failure) -> true)
                .thenCompose(before -> readSide.run(() -> {
                    update.run();
                    return true;
                }));
        getContext().pipeToSelf(failureUpdate, (done, failure) -> new FailureUpdated(Optional.ofNullable(failure)));
    }

    private Behavior<Command> onFailureUpdated(FailureUpdated updated) {
        updated.fault().ifPresent(fault -> {
            failureStored = true;
            getContext()
                    .getLog()
                    .warn(
                            "job={} the state of its projection can't be stored: {}; it is stored with the next change",
                            stream.jobId(),
                            reason(fault));
        });
        return this;
    }

    private Behavior<Command> onCompleted(Completed completed) {
        return onFailed(
                new Failed(completed.attempt(), new IllegalStateException("the journal's stream of the job ended")));
    }

    private Behavior<Command> onFailed(Failed failed) {
        if (failed.attempt() != attempt || timers.isTimerActive(Start.INSTANCE)) {
            return this;
        }
        stop();
        Instant now = Instant.now();
        Duration delay = timing.backoff().delay(failures++);
        if (failures == 1) {
            failingSince = now;
        }
        String cause = "after event " + position + ": " + reason(failed.cause());
        getContext()
                .getLog()
                .warn(
                        "job={} the tables of lists and history are not updated {}; retrying in {} ms",
                        stream.jobId(),
                        cause,
                        delay.toMillis());
        metrics.recordFailure(stream.persistenceId(), failingSince);
        failureStored = true;
        ProjectionFailure failure =
                new ProjectionFailure(stream.jobId(), failingSince, now.plus(delay), failures, cause);
        updateFailure(() -> readSide.tables().storeFailure(failure));
        timers.startSingleTimer(Start.INSTANCE, delay);
        return this;
    }

    /** One line. Of Jdbi's failures the driver's message, because Jdbi's contains the whole statement. */
    static String reason(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return OneLine.of(cause instanceof JdbiException && cause.getCause() != null ? cause.getCause() : cause);
    }

    private Behavior<Command> onStopped() {
        metrics.recordRecovery(stream.persistenceId());
        stop();
        return this;
    }

    private void stop() {
        timers.cancel(Steady.INSTANCE);
        running.ifPresent(UniqueKillSwitch::shutdown);
        running = Optional.empty();
    }
}
