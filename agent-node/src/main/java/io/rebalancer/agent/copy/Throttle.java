package io.rebalancer.agent.copy;

import io.rebalancer.core.limit.ByteRateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.util.ByteString;

/** Delays bytes to keep them below a rate. The stream's back-pressure slows the sender down. */
final class Throttle {
    private final ActorSystem<?> system;
    private final ByteRateLimiter rateLimiter;
    private volatile boolean unlimited;

    /** @param bytesPerSecond the rate, or 0 for no limit */
    Throttle(ActorSystem<?> system, long bytesPerSecond) {
        this.system = system;
        this.rateLimiter = new ByteRateLimiter(bytesPerSecond);
        this.unlimited = bytesPerSecond == 0;
    }

    void setRate(long bytesPerSecond) {
        synchronized (rateLimiter) {
            rateLimiter.setRate(bytesPerSecond);
        }
        unlimited = bytesPerSecond == 0;
    }

    boolean isUnlimited() {
        return unlimited;
    }

    /** Completes with {@code bytes} as soon as the rate allows them. */
    CompletionStage<ByteString> delay(ByteString bytes) {
        long nanos;
        synchronized (rateLimiter) {
            nanos = rateLimiter.reserve(bytes.size(), System.nanoTime());
        }
        return nanos == 0
                ? CompletableFuture.completedFuture(bytes)
                : Patterns.after(
                        Duration.ofNanos(nanos),
                        system.classicSystem(),
                        () -> CompletableFuture.completedFuture(bytes));
    }
}
