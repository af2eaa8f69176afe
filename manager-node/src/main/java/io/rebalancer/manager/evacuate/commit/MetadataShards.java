package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata shards as the commits of a manager see them: limits on calls, retries, and which shards are away. One
 * object for all jobs. Thread-safe.
 *
 * <pre>
 * answers ─► unavailable ─► unavailable for longer than its timeout: away ─► a probe gets an answer ─► answers
 *                │                                            │
 *                └► calls are retried with a backoff          └► calls fail at once, unless their outcome is in doubt
 * </pre>
 */
public final class MetadataShards {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    /** How often a call checks again whether its caller holds the right to make it. */
    private static final Duration PERMISSION_INTERVAL = Duration.ofMillis(50);

    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(2);
    private static final UUID NO_OBJECT = new UUID(0, 0);
    private static final Logger LOGGER = LoggerFactory.getLogger(MetadataShards.class);

    private final ActorSystem<?> system;
    private final MetadataTier tier;
    private final Supplier<Duration> outageTimeout;
    private final IntConsumer runningCalls;
    private final CallSlots slots = new CallSlots();
    private final CallSlots.Caller searches = new CallSlots.Caller(Integer.MAX_VALUE);
    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();

    /** What is known of one shard. */
    private record Shard(ShardAvailability availability, RecordSearch search, AtomicBoolean probing) {}

    /** When a call is repeated. */
    enum Repeat {
        /** A read: repeated until the shard answers or is away. */
        UNTIL_AWAY,
        /** A read that decides the outcome of a write in doubt: repeated until the shard answers. */
        UNTIL_ANSWERED,
        /** A write: like {@link #UNTIL_AWAY}, but not repeated once the shard may have carried it out. */
        WHILE_NOT_CARRIED_OUT
    }

    /** The caller may not make the call now; the call was not sent. */
    static final class NotPermitted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPermitted() {
            super("not permitted", null, false, false);
        }
    }

    /**
     * @param outageTimeout how long calls wait for a shard that is unavailable
     * @param runningCalls gets the number of calls in progress on all shards whenever a call has ended
     */
    public MetadataShards(
            ActorSystem<?> system, MetadataTier tier, Supplier<Duration> outageTimeout, IntConsumer runningCalls) {
        this.system = system;
        this.tier = tier;
        this.outageTimeout = outageTimeout;
        this.runningCalls = runningCalls;
    }

    /** The shards whose last call found them unavailable, by number; empty if commits wait for no shard. */
    public List<CommitWait> waits() {
        return shards.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(each -> each.getValue().availability().outage().stream()
                        .map(outage -> new CommitWait(each.getKey(), outage.since(), isAway(outage), outage.detail())))
                .toList();
    }

    /** Calls in progress on a shard. */
    public int callsInProgress(int shard) {
        return slots.running(shard);
    }

    /** Calls that wait until the limit of a shard, or of their job, allows them. */
    public int callsWaiting(int shard) {
        return slots.waiting(shard);
    }

    /** Calls that all shards together take at a time now: fewer while shards are slow or away. */
    public int callsAllowed() {
        return slots.allowed(tier.shards());
    }

    MetadataTier tier() {
        return tier;
    }

    void setCeiling(CallSlots.Caller caller, int ceiling) {
        slots.setCeiling(caller, ceiling);
    }

    /** All records of the objects on a shard. Fails with {@link ShardAway}, or with an error that a retry can't fix. */
    CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objects) {
        return shard(shard).search().recordsOf(objects);
    }

    /**
     * Makes a call within the limits, and repeats it as {@code repeat} states.
     *
     * @param stopped whether the caller wants no further attempts
     * @return fails with {@link ShardAway} if the shard is away and the call had no effect, with {@link TierUnavailable}
     *     if the outcome of a write is in doubt, with {@link CancellationException} after a stop, and with the call's own
     *     failure if a retry can't fix it
     */
    <T> CompletionStage<T> call(
            int shard,
            CallSlots.Caller caller,
            Repeat repeat,
            BooleanSupplier stopped,
            Supplier<CompletionStage<T>> call) {
        Repetition<T> repetition = new Repetition<>(shard, caller, repeat, stopped, call);
        repetition.attempt();
        return repetition.result;
    }

    /** Completes after the delay that follows the given number of consecutive failures. */
    CompletionStage<Void> backoff(int failures) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        schedule(BACKOFF.delay(failures), () -> over.complete(null));
        return over;
    }

    private Shard shard(int number) {
        return shards.computeIfAbsent(
                number,
                n -> new Shard(
                        new ShardAvailability(System::nanoTime, InstantSource.system()),
                        new RecordSearch(objects -> search(n, objects)),
                        new AtomicBoolean()));
    }

    private CompletionStage<List<MetadataRecord>> search(int shard, List<UUID> objects) {
        return call(shard, searches, Repeat.UNTIL_AWAY, () -> false, () -> tier.recordsOf(shard, objects));
    }

    private boolean isAway(ShardAvailability.Outage outage) {
        return outage.duration().compareTo(outageTimeout.get()) >= 0;
    }

    private Optional<ShardAvailability.Outage> away(int shard) {
        return shard(shard).availability().outage().filter(this::isAway);
    }

    private void onAnswer(int shard) {
        shard(shard)
                .availability()
                .recordAnswer()
                .ifPresent(ended ->
                        LOGGER.info("metadata shard={} answers again after an outage since {}", shard, ended.since()));
    }

    private void onFailure(int shard, String detail) {
        boolean awayBefore = away(shard).isPresent();
        ShardAvailability.Outage outage = shard(shard).availability().recordFailure(detail);
        if (outage.duration().isZero()) {
            LOGGER.warn("metadata shard={} is unavailable; calls are retried with a backoff: {}", shard, detail);
        } else if (!awayBefore && isAway(outage)) {
            LOGGER.warn(
                    "metadata shard={} has been unavailable since {}; commits leave its records unmoved until it answers a"
                            + " probe, which is sent every {}: {}",
                    shard,
                    outage.since(),
                    PROBE_INTERVAL,
                    detail);
        }
        scheduleProbe(shard);
    }

    /** One probe at a time runs for a shard, as long as its outage lasts. */
    private void scheduleProbe(int shard) {
        if (shard(shard).probing().compareAndSet(false, true)) {
            schedule(PROBE_INTERVAL, () -> probe(shard));
        }
    }

    /** Finds out when the shard answers again, also while no commit makes a call. */
    private void probe(int shard) {
        if (shard(shard).availability().outage().isPresent()) {
            once(shard, searches, () -> tier.recordsOf(shard, List.of(NO_OBJECT)))
                    .whenComplete((found, failure) -> schedule(PROBE_INTERVAL, () -> probe(shard)));
            return;
        }
        shard(shard).probing().set(false);
        // A call may have failed after the look and before the flag was reset.
        if (shard(shard).availability().outage().isPresent()) {
            scheduleProbe(shard);
        }
    }

    /** One attempt, in a slot. It shows whether the shard answers. */
    private <T> CompletionStage<T> once(int shard, CallSlots.Caller caller, Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        slots.acquire(shard, caller, () -> start(shard, caller, call, result));
        return result;
    }

    private <T> void start(
            int shard, CallSlots.Caller caller, Supplier<CompletionStage<T>> call, CompletableFuture<T> result) {
        long startNanos = System.nanoTime();
        CompletionStage<T> answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((value, failure) -> {
            record(shard, caller, startNanos, failure);
            runningCalls.accept(slots.running());
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(Failures.rootCause(failure));
            }
        });
    }

    private void record(int shard, CallSlots.Caller caller, long startNanos, @Nullable Throwable failure) {
        Throwable cause = failure == null ? null : Failures.rootCause(failure);
        if (cause instanceof TierUnavailable) {
            onFailure(shard, OneLine.of(cause));
            slots.releaseFailed(shard, caller);
        } else if (cause instanceof NotPermitted
                || cause instanceof ShardAway
                || cause instanceof DestinationRefused
                || cause instanceof CancellationException) {
            slots.release(shard, caller);
        } else {
            onAnswer(shard);
            slots.releaseAnswered(shard, caller, Duration.ofNanos(System.nanoTime() - startNanos));
        }
    }

    private void schedule(Duration delay, Runnable work) {
        system.scheduler().scheduleOnce(delay, work, system.executionContext());
    }

    /** A call with its retries. Nothing is kept for an attempt that has ended, so an outage may last. */
    private final class Repetition<T> {
        private final int shard;
        private final CallSlots.Caller caller;
        private final Repeat repeat;
        private final BooleanSupplier stopped;
        private final Supplier<CompletionStage<T>> call;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private int failures;
        private Optional<Long> firstFailureNanos = Optional.empty();

        Repetition(
                int shard,
                CallSlots.Caller caller,
                Repeat repeat,
                BooleanSupplier stopped,
                Supplier<CompletionStage<T>> call) {
            this.shard = shard;
            this.caller = caller;
            this.repeat = repeat;
            this.stopped = stopped;
            this.call = call;
        }

        void attempt() {
            once(shard, caller, this::callUnlessAway).whenComplete(this::onEnded);
        }

        /** Looks when the slot is free: the shard may have gone away while the call waited. */
        private CompletionStage<T> callUnlessAway() {
            if (stopped.getAsBoolean()) {
                throw new CancellationException("the job has stopped on this manager");
            }
            if (repeat != Repeat.UNTIL_ANSWERED) {
                away(shard).ifPresent(outage -> {
                    throw shardAway(outage.duration(), outage.detail());
                });
            }
            return call.get();
        }

        private void onEnded(@Nullable T value, @Nullable Throwable failure) {
            if (failure == null) {
                result.complete(value);
                return;
            }
            Throwable cause = Failures.rootCause(failure);
            if (cause instanceof NotPermitted) {
                schedule(PERMISSION_INTERVAL, this::attempt);
            } else if (cause instanceof TierUnavailable unavailable && isRepeated(unavailable)) {
                repeatOrGiveUp(unavailable);
            } else {
                result.completeExceptionally(cause);
            }
        }

        /** A shard may answer other calls and never this one, for example a search that is too slow. */
        private void repeatOrGiveUp(TierUnavailable unavailable) {
            long now = System.nanoTime();
            Duration failing = Duration.ofNanos(now - firstFailureNanos.orElse(now));
            firstFailureNanos = Optional.of(firstFailureNanos.orElse(now));
            if (repeat != Repeat.UNTIL_ANSWERED && failing.compareTo(outageTimeout.get()) >= 0) {
                result.completeExceptionally(shardAway(failing, OneLine.of(unavailable)));
            } else {
                schedule(BACKOFF.delay(failures++), this::attempt);
            }
        }

        private boolean isRepeated(TierUnavailable unavailable) {
            return repeat != Repeat.WHILE_NOT_CARRIED_OUT || !unavailable.isInDoubt();
        }

        private ShardAway shardAway(Duration failing, String detail) {
            return new ShardAway("metadata shard " + shard + " has been unavailable for " + failing.toSeconds() + " s ("
                    + detail + "); a later pass retries the record");
        }
    }
}
