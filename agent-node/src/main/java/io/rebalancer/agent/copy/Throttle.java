package io.rebalancer.agent.copy;

import io.rebalancer.core.limit.ByteRateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.util.ByteString;

/** Holds bytes back so that no more than a rate passes; whoever sends them is slowed down by the stream. */
final class Throttle {
    private final ActorSystem<?> system;
    private final ByteRateLimiter rate;
    private volatile boolean open;

    Throttle(ActorSystem<?> system, long bytesPerSecond) {
        this.system = system;
        this.rate = new ByteRateLimiter(bytesPerSecond);
        this.open = bytesPerSecond == 0;
    }

    void set(long bytesPerSecond) {
        synchronized (rate) {
            rate.set(bytesPerSecond);
        }
        open = bytesPerSecond == 0;
    }

    /** Whether there is no limit. */
    boolean isOpen() {
        return open;
    }

    /** Completes with the same bytes when they may pass. */
    CompletionStage<ByteString> pass(ByteString bytes) {
        long nanos;
        synchronized (rate) {
            nanos = rate.take(bytes.size(), System.nanoTime());
        }
        return nanos == 0
                ? CompletableFuture.completedFuture(bytes)
                : Patterns.after(
                        Duration.ofNanos(nanos),
                        system.classicSystem(),
                        () -> CompletableFuture.completedFuture(bytes));
    }
}
