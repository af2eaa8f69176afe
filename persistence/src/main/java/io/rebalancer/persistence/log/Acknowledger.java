package io.rebalancer.persistence.log;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A thread that completes the futures of forced groups, in order, while the writer is at the next one. If it falls
 * behind by {@value #GROUPS} groups the writer waits for it.
 */
final class Acknowledger implements Executor, AutoCloseable {
    private static final int GROUPS = 4;

    private final BlockingQueue<Runnable> groups = new LinkedBlockingQueue<>(GROUPS);
    private final Thread thread = new Thread(this::run, "event-log-acknowledger");
    private volatile boolean ended;

    Acknowledger() {
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void execute(Runnable group) {
        try {
            groups.put(group);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the writer of a log", e);
        }
    }

    private void run() {
        try {
            while (!ended) {
                groups.take().run();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the acknowledger of a log", e);
        }
    }

    /** Ends when what it was given is done. */
    @Override
    public void close() throws InterruptedException {
        execute(() -> ended = true);
        thread.join(TimeUnit.SECONDS.toMillis(10));
    }
}
