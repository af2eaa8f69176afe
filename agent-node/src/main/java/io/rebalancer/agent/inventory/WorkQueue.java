package io.rebalancer.agent.inventory;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread for blocking work, one piece after the other, and a bounded queue before it. */
final class WorkQueue implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(WorkQueue.class);
    private static final long MAX_FINISH_SECONDS = 5;

    private final String name;
    private final int capacity;
    private final ThreadPoolExecutor thread;

    /** @param capacity pieces of work that wait, at most */
    WorkQueue(String name, int capacity) {
        this.name = name;
        this.capacity = capacity;
        this.thread =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(capacity), named(name));
    }

    /** Too much work waits. */
    static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Full(String detail) {
            super(detail, null, false, false);
        }
    }

    /** Runs work when the work before it has ended; fails with {@link Full} at once if too much waits. */
    <T> CompletionStage<T> run(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    result.complete(work.call());
                } catch (Exception | Error e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new Full("the agent has " + capacity + " requests of this kind (" + name
                    + ") in its queue, or it ends; repeat the request later"));
        }
        return result;
    }

    /** Ends the thread after the work in progress, which is not interrupted, and waits for it for some seconds. */
    void finish() {
        thread.getQueue().clear();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(MAX_FINISH_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.warn("the work of {} did not end within {} s", name, MAX_FINISH_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Interrupts the work in progress. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
