package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Retries calls while the metadata tier is unavailable, with a growing, jittered backoff, until it is stopped. */
final class TierRetry {
    private static final Duration MIN_BACKOFF = Duration.ofMillis(100);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);
    /** Each delay is drawn between its backoff and twice as much. */
    private static final double JITTER = 1.0;

    private static final Duration RECHECK_INTERVAL = Duration.ofMillis(50);

    private final ActorSystem<?> system;
    private final Logger logger;
    private final AtomicBoolean stopped = new AtomicBoolean();

    TierRetry(ActorSystem<?> system, Logger logger) {
        this.system = system;
        this.logger = logger;
    }

    /** From now on a call that fails is not retried. */
    void stop() {
        stopped.set(true);
    }

    /** Retries {@link TierUnavailable}; any other failure is final. */
    <T> CompletionStage<T> untilAvailable(Supplier<CompletionStage<T>> call) {
        return Patterns.retry(
                call::get, this::shouldRetry, Integer.MAX_VALUE, MIN_BACKOFF, MAX_BACKOFF, JITTER, system);
    }

    private <T> boolean shouldRetry(@Nullable T value, @Nullable Throwable failure) {
        if (failure == null || stopped.get()) {
            return false;
        }
        Throwable cause = Failures.rootCause(failure);
        boolean unavailable = cause instanceof TierUnavailable;
        if (unavailable) {
            logger.warn("metadata tier unavailable; retrying with backoff: {}", cause.getMessage());
        }
        return unavailable;
    }

    /** Makes a call after a short delay, unless retries are stopped by then. */
    <T> CompletionStage<T> later(Supplier<CompletionStage<T>> call) {
        return Patterns.after(
                RECHECK_INTERVAL,
                system.classicSystem(),
                () -> stopped.get()
                        ? CompletableFuture.failedFuture(
                                new CancellationException("the job has stopped on this manager"))
                        : call.get());
    }
}
