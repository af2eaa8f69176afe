package io.rebalancer.agent.copy;

import io.rebalancer.core.limit.ByteRateLimiter;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.metric.RangeSampler;

/**
 * Delays bytes to keep them below a rate. The threads of the copies wait here, in the order of their arrival, so a slow
 * rate slows the sources down. A new rate applies to the waiting threads at once. The metric {@code
 * rebalancer.copies.throttled} counts the threads that wait.
 */
final class Throttle {
    private final ByteRateLimiter rateLimiter;
    private final RangeSampler throttled =
            Kamon.rangeSampler("rebalancer.copies.throttled").withoutTags();
    /** Only the thread whose turn it is waits for the rate. */
    private final Semaphore turn = new Semaphore(1, true);

    private volatile boolean unlimited;

    /** @param bytesPerSecond the rate, or 0 for no limit */
    Throttle(long bytesPerSecond) {
        this.rateLimiter = new ByteRateLimiter(bytesPerSecond);
        this.unlimited = bytesPerSecond == 0;
    }

    /** Changes the rate for all bytes, the waiting bytes included. */
    synchronized void setRate(long bytesPerSecond) {
        rateLimiter.setRate(bytesPerSecond, System.nanoTime());
        unlimited = bytesPerSecond == 0;
        notifyAll();
    }

    /** Lets the waiting threads see that their copies are interrupted. */
    synchronized void wake() {
        notifyAll();
    }

    /** Returns when the rate allows the bytes, or when the copy is interrupted. */
    void await(int bytes, Interruption interruption) throws InterruptedException {
        if (unlimited) {
            return;
        }
        throttled.increment();
        turn.acquire();
        try {
            awaitRate(bytes, interruption);
        } finally {
            turn.release();
            throttled.decrement();
        }
    }

    private synchronized void awaitRate(int bytes, Interruption interruption) throws InterruptedException {
        long remaining = bytes;
        while (remaining > 0 && !interruption.isRequested()) {
            // A chunk may be larger than the bytes of one second.
            long slice = Math.min(remaining, rateLimiter.maxBytes());
            long waitNanos = rateLimiter.tryPass(slice, System.nanoTime());
            if (waitNanos == 0) {
                remaining -= slice;
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
            }
        }
    }
}
