package io.rebalancer.manager.evacuate;

import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.slf4j.Logger;

/** Repeats calls of the metadata tier for as long as it is unavailable, ever more slowly, with jitter. */
final class Backoff {
    private static final long MIN_MILLIS = 200;
    private static final long MAX_MILLIS = 10_000;
    private static final Duration LATER = Duration.ofMillis(50);

    private final ActorSystem<?> system;
    private final Logger logger;
    private final AtomicBoolean stopped = new AtomicBoolean();

    Backoff(ActorSystem<?> system, Logger logger) {
        this.system = system;
        this.logger = logger;
    }

    /** No call is repeated from now on. */
    void stop() {
        stopped.set(true);
    }

    <T> CompletionStage<T> untilAvailable(Supplier<CompletionStage<T>> call) {
        return attempt(call, 0);
    }

    /** Makes a call after a short pause, unless no call is to be made any more. */
    <T> CompletionStage<T> later(Supplier<CompletionStage<T>> call) {
        return Patterns.after(
                LATER,
                system.classicSystem(),
                () -> stopped.get()
                        ? CompletableFuture.failedFuture(new CancellationException("the job has stopped here"))
                        : call.get());
    }

    private <T> CompletionStage<T> attempt(Supplier<CompletionStage<T>> call, int failures) {
        return call.get()
                .handle((value, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(value);
                    }
                    Throwable cause = unwrap(failure);
                    if (!(cause instanceof TierUnavailable) || stopped.get()) {
                        return CompletableFuture.<T>failedFuture(cause);
                    }
                    Duration pause = pause(failures);
                    logger.warn("metadata tier unavailable, again in {}: {}", pause, cause.getMessage());
                    return Patterns.after(pause, system.classicSystem(), () -> attempt(call, failures + 1));
                })
                .thenCompose(stage -> stage);
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Pause after so many failures in a row, 0 for the first. */
    static Duration pause(int failures) {
        long ceiling = Math.min(MAX_MILLIS, MIN_MILLIS << Math.min(failures, 10));
        return Duration.ofMillis(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1));
    }
}
