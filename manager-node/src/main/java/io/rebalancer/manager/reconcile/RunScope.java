package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.async.Failures;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The life of a run's incarnation, for its blocking work. Once it is closed, every wait ends with {@link RunCanceled} within a
 * moment, so nothing of it outlives the incarnation. Thread-safe.
 */
final class RunScope {
    /** How often a wait looks whether the scope is closed. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String activity = "waits for a thread: other runs use all of them";

    /** Ends all waits, now and later. */
    void close() {
        closed.countDown();
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** @throws RunCanceled if the scope is closed */
    void check() {
        if (isClosed()) {
            throw new RunCanceled();
        }
    }

    /** What the run does now, for an operator. */
    void report(String now) {
        activity = now;
    }

    String activity() {
        return activity;
    }

    /** Waits for a time. */
    void pause(Duration time) {
        try {
            if (closed.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RunCanceled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunCanceled();
        }
    }

    /**
     * Waits for a result.
     *
     * @param limit longest wait
     * @throws TimeoutException if it takes longer
     * @throws RunFault with the cause, if the stage fails
     */
    <T> T await(CompletionStage<T> stage, Duration limit) throws TimeoutException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            check();
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException("no answer within " + limit.toSeconds() + " s");
            }
            try {
                return stage.toCompletableFuture().get(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                // The next turn looks whether the scope is closed.
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RunCanceled();
            } catch (ExecutionException e) {
                throw new RunFault(Failures.rootCause(e));
            }
        }
    }
}
