package io.rebalancer.agent.store;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Forces the files and directories of a group at the same time. A force mostly waits for the device, and one flush of the
 * device's cache serves all forces that wait for it. So a group takes about as long as its slowest force, and not as long
 * as the sum of them.
 *
 * <p>All groups share the threads, and no force waits for one of them: if none is free, the caller forces alone.
 */
final class ForceThreads implements AutoCloseable {
    /** Forces at a time, besides those of the callers. */
    private static final int MAX_THREADS = 16;

    private static final int IDLE_SECONDS = 10;

    private final ExecutorService threads;

    ForceThreads() {
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0,
                MAX_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> {
                    Thread thread = new Thread(work, "force-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /**
     * Calls {@code force} once for each item, in no order, and returns after all calls have ended. An interrupt does not end
     * the wait, because a force that has begun can't be taken back; the thread is interrupted afterwards.
     *
     * @param force called by several threads. What it throws ends no other call, and is thrown in the end
     */
    <T> void forEach(List<T> items, Consumer<T> force) {
        Calls<T> calls = new Calls<>(items, force);
        int helpers = Math.min(items.size() - 1, MAX_THREADS);
        for (int i = 0; i < helpers; i++) {
            threads.execute(calls::makeRest);
        }
        calls.makeRest();
        calls.await();
    }

    /** The calls for the items of one group. */
    private static final class Calls<T> {
        private final List<T> items;
        private final Consumer<T> force;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch left;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Calls(List<T> items, Consumer<T> force) {
            this.items = items;
            this.force = force;
            this.left = new CountDownLatch(items.size());
        }

        /** Makes the calls that no thread has begun. */
        void makeRest() {
            for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
                try {
                    force.accept(items.get(i));
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                } finally {
                    left.countDown();
                }
            }
        }

        void await() {
            boolean interrupted = false;
            while (left.getCount() > 0) {
                try {
                    left.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure.get() instanceof Error error) {
                throw error;
            }
            if (failure.get() instanceof RuntimeException unexpected) {
                throw unexpected;
            }
        }
    }

    /** Ends the threads when their work has ended. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
