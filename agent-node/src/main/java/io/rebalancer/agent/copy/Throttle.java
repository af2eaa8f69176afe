package io.rebalancer.agent.copy;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.limit.ByteRateLimiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import kamon.Kamon;
import kamon.metric.RangeSampler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Delays bytes to keep them below a rate. The stream's back-pressure slows the sender down. The bytes wait in a queue,
 * and a new rate applies to the waiting bytes at once. The metric {@code rebalancer.copies.throttled} counts the chunks
 * that wait.
 */
final class Throttle {
    /**
     * Each copy has at most one chunk that waits. More chunks than copies means that downloads ended while their chunks
     * waited, so the longest waiting chunk is then dropped: its stage fails.
     */
    static final int MAX_WAITING = 1024;

    private final ActorSystem<?> system;
    private final ByteRateLimiter rateLimiter;
    private final Queue<Chunk> waiting = new ArrayDeque<>();
    private final RangeSampler throttled =
            Kamon.rangeSampler("rebalancer.copies.throttled").withoutTags();
    private @Nullable Cancellable timer;
    private volatile boolean unlimited;

    /** Bytes that wait, and the number of them that the rate has not allowed yet. */
    private static final class Chunk {
        private final ByteString bytes;
        private final CompletableFuture<ByteString> passed = new CompletableFuture<>();
        private long remaining;

        Chunk(ByteString bytes) {
            this.bytes = bytes;
            this.remaining = bytes.size();
        }
    }

    /** @param bytesPerSecond the rate, or 0 for no limit */
    Throttle(ActorSystem<?> system, long bytesPerSecond) {
        this.system = system;
        this.rateLimiter = new ByteRateLimiter(bytesPerSecond);
        this.unlimited = bytesPerSecond == 0;
    }

    /** Changes the rate for all bytes, the waiting bytes included. */
    void setRate(long bytesPerSecond) {
        List<Chunk> passed;
        synchronized (this) {
            rateLimiter.setRate(bytesPerSecond, System.nanoTime());
            unlimited = bytesPerSecond == 0;
            passed = takeAllowed();
        }
        complete(passed);
    }

    boolean isUnlimited() {
        return unlimited;
    }

    /** Completes with {@code bytes} as soon as the rate allows them. */
    CompletionStage<ByteString> delay(ByteString bytes) {
        Chunk chunk = new Chunk(bytes);
        Chunk dropped;
        List<Chunk> passed;
        synchronized (this) {
            dropped = waiting.size() < MAX_WAITING ? null : waiting.remove();
            waiting.add(chunk);
            passed = takeAllowed();
        }
        throttled.increment();
        if (dropped != null) {
            throttled.decrement();
            dropped.passed.completeExceptionally(new CopyFailure(
                    Reason.SOURCE_OTHER_ERROR, "more than " + MAX_WAITING + " chunks waited for the byte rate"));
        }
        complete(passed);
        return chunk.passed;
    }

    private void passAllowed() {
        List<Chunk> passed;
        synchronized (this) {
            passed = takeAllowed();
        }
        complete(passed);
    }

    /** Takes the chunks that the rate allows now, and arms the timer for the next chunk. */
    private List<Chunk> takeAllowed() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        List<Chunk> allowed = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Chunk next = waiting.element();
            // A chunk may be larger than the bytes of one second.
            long bytes = Math.min(next.remaining, rateLimiter.maxBytes());
            long waitNanos = rateLimiter.tryPass(bytes, System.nanoTime());
            if (waitNanos > 0) {
                timer = system.scheduler()
                        .scheduleOnce(Duration.ofNanos(waitNanos), this::passAllowed, system.executionContext());
                return allowed;
            }
            next.remaining -= bytes;
            if (next.remaining == 0) {
                allowed.add(waiting.remove());
            }
        }
        return allowed;
    }

    /** Runs without the lock, because a completed stage runs the code of its stream. */
    private void complete(List<Chunk> chunks) {
        for (Chunk chunk : chunks) {
            throttled.decrement();
            chunk.passed.complete(chunk.bytes);
        }
    }
}
