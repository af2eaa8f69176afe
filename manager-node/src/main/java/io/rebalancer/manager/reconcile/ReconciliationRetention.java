package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.ReconcileMessage.RunFound;
import io.rebalancer.core.port.ExpiredRuns;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunRetention;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Deletes runs of reconciliation that ended longer ago than {@code rebalancer.reconcile.retention}. A cluster singleton.
 *
 * <pre>
 * run forgets itself (an event) ─► its earlier events ─► its findings, some at a time ─► its line in the list of runs
 * </pre>
 *
 * The line is deleted last, so what fails is repeated from the list in the next turn. A run that has forgotten itself writes no line
 * again, and requests for it get 404.
 */
public final class ReconciliationRetention extends AbstractBehavior<ReconciliationRetention.Message> {
    private static final Duration INTERVAL = Duration.ofHours(1);
    /** Runs of one turn. */
    static final int MAX_RUNS = 100;

    /** What the retention sends to itself. */
    public sealed interface Message {}

    private enum Delete implements Message {
        INSTANCE
    }

    /** @param runs how many runs were deleted */
    private record Deleted(int runs, Optional<Throwable> failure) implements Message {}

    /**
     * What the retention uses.
     *
     * @param retention how long runs are kept after their end
     * @param needed the runs that must be kept, such as the plans that runs carry out
     * @param forget lets a run forget itself, if it ended before a time
     * @param events deletes the events of a persistence id up to a sequence number, unless the journal keeps events
     */
    public record Sources(
            Supplier<Duration> retention,
            ExpiredRuns rows,
            Supplier<CompletionStage<Set<UUID>>> needed,
            BiFunction<UUID, Instant, CompletionStage<RunFound>> forget,
            BiFunction<String, Long, CompletionStage<Long>> events,
            Clock clock) {}

    private final TimerScheduler<Message> timers;
    private final Sources sources;
    private final Duration interval;

    /** A retention that works every hour. */
    public static Behavior<Message> create(Sources sources) {
        return create(sources, INTERVAL);
    }

    /** @param interval from the end of one turn to the begin of the next one */
    static Behavior<Message> create(Sources sources, Duration interval) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            context.getSelf().tell(Delete.INSTANCE);
            return new ReconciliationRetention(context, timers, sources, interval);
        }));
    }

    private ReconciliationRetention(
            ActorContext<Message> context, TimerScheduler<Message> timers, Sources sources, Duration interval) {
        super(context);
        this.timers = timers;
        this.sources = sources;
        this.interval = interval;
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Delete.class, delete -> onDelete())
                .onMessage(Deleted.class, this::onDeleted)
                .build();
    }

    private Behavior<Message> onDelete() {
        RunRetention kept =
                RunRetention.of(sources.retention().get(), sources.clock().instant());
        CompletionStage<Deleted> deleted = sources.needed()
                .get()
                .thenCompose(needed -> sources.rows()
                        .endedBefore(kept.runsBefore(), MAX_RUNS + needed.size())
                        .thenApply(ended -> RunRetention.deletable(ended, needed)))
                .thenCompose(runs -> deleteAll(runs, kept.runsBefore()))
                .thenCompose(runs -> deleteRows(() -> sources.rows().deleteFailures(kept.failuresBefore()))
                        .thenCompose(done -> deleteRows(() -> sources.rows().deleteSuspects(kept.suspectsBefore())))
                        .thenApply(done -> runs));
        getContext()
                .pipeToSelf(deleted, (done, failure) -> failure == null ? done : new Deleted(0, Optional.of(failure)));
        return this;
    }

    /** One after the other. The failure of one does not keep the others. */
    private CompletionStage<Deleted> deleteAll(List<UUID> runs, Instant endedBefore) {
        CompletionStage<Deleted> all = CompletableFuture.completedFuture(new Deleted(0, Optional.empty()));
        for (UUID run : runs) {
            all = all.thenCompose(before -> delete(run, endedBefore)
                    .handle((deleted, failure) -> failure == null
                            ? new Deleted(before.runs() + (deleted ? 1 : 0), before.failure())
                            : new Deleted(before.runs(), Optional.of(failure))));
        }
        return all;
    }

    private CompletionStage<Boolean> delete(UUID run, Instant endedBefore) {
        return sources.forget()
                .apply(run, endedBefore)
                .thenCompose(found -> found.state().phase() == RunPhase.NONE
                        ? deleteStored(run, found.revision())
                        : CompletableFuture.completedStage(false));
    }

    /** @param last the number of the run's last event, which stays: it keeps the run forgotten, and its number in use */
    private CompletionStage<Boolean> deleteStored(UUID run, long last) {
        CompletionStage<?> events = last > 1
                ? sources.events()
                        .apply(PersistentEntities.reconciliationRun(run).id(), last - 1)
                : CompletableFuture.completedStage(0L);
        return events.thenCompose(done -> deleteRows(() -> sources.rows().deleteFindings(run)))
                .thenCompose(done -> sources.rows().deleteRun(run))
                .thenApply(done -> true);
    }

    private CompletionStage<Boolean> deleteRows(Supplier<CompletionStage<Integer>> some) {
        return some.get()
                .thenCompose(rows ->
                        rows < ExpiredRuns.MAX_ROWS ? CompletableFuture.completedStage(true) : deleteRows(some));
    }

    private Behavior<Message> onDeleted(Deleted deleted) {
        if (deleted.runs() > 0) {
            getContext()
                    .getLog()
                    .info(
                            "deleted {} runs of reconciliation, which ended longer ago than rebalancer.reconcile.retention",
                            deleted.runs());
        }
        deleted.failure()
                .ifPresent(failure -> getContext()
                        .getLog()
                        .warn(
                                "can't delete runs of reconciliation that ended longer ago than"
                                        + " rebalancer.reconcile.retention; they are kept; trying again in {}: {}",
                                interval,
                                OneLine.of(Failures.rootCause(failure))));
        boolean more = deleted.failure().isEmpty() && deleted.runs() >= MAX_RUNS;
        timers.startSingleTimer(Delete.INSTANCE, more ? Duration.ZERO : interval);
        return this;
    }
}
