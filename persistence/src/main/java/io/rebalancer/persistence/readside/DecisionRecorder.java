package io.rebalancer.persistence.readside;

import io.rebalancer.core.port.AuditTrail;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Appends the decisions of the system to the audit log, oldest first; a child of {@link Projector}.
 *
 * <pre>
 * event ─► row of the decision, in the transaction of the projection ─► audit log ─► row is marked
 * </pre>
 *
 * A decision is repeated until the audit log has stored it. Any number may wait in the table. The log knows the facts that it stored last, so a decision whose
 * acknowledgement or mark was lost is stored once. No job waits for the audit log.
 */
final class DecisionRecorder extends AbstractBehavior<DecisionRecorder.Command> {
    /** Decisions that are read at a time. Far fewer than the facts that the audit log knows as stored. */
    static final int MAX_BATCH = 100;

    /** Messages of the recorder to itself. */
    interface Command {}

    private enum Append implements Command {
        INSTANCE
    }

    /** @param waiting how many decisions wait still */
    private record Recorded(long waiting) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    /** The oldest decisions, and how many wait in all. */
    private record Waiting(long count, List<DecisionTable.Unrecorded> oldest) {}

    private final TimerScheduler<Command> timers;
    private final ReadSide readSide;
    private final AuditTrail trail;
    private final Projector.Timing timing;
    private final Gauge waiting =
            Kamon.gauge("rebalancer.audit.waiting-decisions").withoutTags();
    private int failures;

    static Behavior<Command> create(ReadSide readSide, AuditTrail trail, Projector.Timing timing) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new DecisionRecorder(context, timers, readSide, trail, timing)));
    }

    private DecisionRecorder(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ReadSide readSide,
            AuditTrail trail,
            Projector.Timing timing) {
        super(context);
        this.timers = timers;
        this.readSide = readSide;
        this.trail = trail;
        this.timing = timing;
        context.getSelf().tell(Append.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Append.class, append -> onAppend())
                .onMessage(Recorded.class, this::onRecorded)
                .onMessage(Failed.class, this::onFailed)
                .build();
    }

    private Behavior<Command> onAppend() {
        DecisionTable table = readSide.tables().decisions();
        CompletionStage<Recorded> recorded = readSide.run(
                        () -> new Waiting(table.countUnrecorded(), table.unrecorded(MAX_BATCH)))
                .thenCompose(found -> {
                    waiting.update(found.count());
                    return appendAll(found.oldest())
                            .thenApply(done ->
                                    new Recorded(found.count() - found.oldest().size()));
                });
        getContext().pipeToSelf(recorded, (done, failure) -> failure == null ? done : new Failed(failure));
        return this;
    }

    /** One after the other, so that the audit log has them in the order of the table. */
    private CompletionStage<Boolean> appendAll(List<DecisionTable.Unrecorded> decisions) {
        CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
        for (DecisionTable.Unrecorded decision : decisions) {
            all = all.thenCompose(before -> trail.append(decision.fact()))
                    .thenCompose(number -> readSide.run(() -> {
                        readSide.tables().decisions().markRecorded(decision);
                        return true;
                    }));
        }
        return all;
    }

    private Behavior<Command> onRecorded(Recorded recorded) {
        failures = 0;
        waiting.update(recorded.waiting());
        timers.startSingleTimer(Append.INSTANCE, recorded.waiting() > 0 ? Duration.ZERO : timing.review());
        return this;
    }

    private Behavior<Command> onFailed(Failed failed) {
        Duration delay = timing.backoff().delay(failures++);
        getContext()
                .getLog()
                .warn(
                        "decisions of the system are not in the audit log yet: {}; they are kept, and jobs are not"
                                + " affected; retrying in {} ms",
                        JobProjector.reason(failed.cause()),
                        delay.toMillis());
        timers.startSingleTimer(Append.INSTANCE, delay);
        return this;
    }
}
