package io.rebalancer.manager.evacuate;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * How long simulated shards and agents take.
 *
 * @param read a look-up of records by id
 * @param write a conditional write of a batch
 * @param chunk a chunk of a scan
 * @param copies an assignment, besides {@code copy} for each of its objects
 * @param copy one object
 */
record SimulatedLatency(Duration read, Duration write, Duration chunk, Duration copies, Duration copy) {
    /** Everything replies at once, in the caller's thread. */
    static final SimulatedLatency NONE =
            new SimulatedLatency(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** A loaded shard in the same region, and an agent that copies 2,000 small objects per second. */
    static final SimulatedLatency REALISTIC = new SimulatedLatency(
            Duration.ofMillis(3),
            Duration.ofMillis(8),
            Duration.ofMillis(30),
            Duration.ofMillis(20),
            Duration.ofNanos(500_000));

    <T> CompletionStage<T> ofRead(T reply) {
        return after(read, reply);
    }

    <T> CompletionStage<T> ofWrite(T reply) {
        return after(write, reply);
    }

    <T> CompletionStage<T> ofChunk(T reply) {
        return after(chunk, reply);
    }

    /** Runs {@code report} when an assignment of so many objects is copied. */
    void afterCopies(int objects, Runnable report) {
        Duration takes = copies.plus(copy.multipliedBy(objects));
        if (takes.isZero()) {
            report.run();
        } else {
            executor(takes).execute(report);
        }
    }

    private static <T> CompletionStage<T> after(Duration delay, T reply) {
        return delay.isZero()
                ? CompletableFuture.completedFuture(reply)
                : CompletableFuture.supplyAsync(() -> reply, executor(delay));
    }

    private static Executor executor(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
