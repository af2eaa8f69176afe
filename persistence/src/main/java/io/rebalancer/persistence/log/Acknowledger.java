package io.rebalancer.persistence.log;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A thread that completes the futures of forced groups in order, while the writer works on the next group. If {@value
 * #MAX_PENDING_GROUPS} groups are pending, the writer blocks until one of them is done.
 */
final class Acknowledger implements Executor, AutoCloseable {
    private static final int MAX_PENDING_GROUPS = 4;
    private static final long CLOSE_TIMEOUT_SECONDS = 10;

    private final BlockingQueue<Runnable> pendingGroups = new LinkedBlockingQueue<>(MAX_PENDING_GROUPS);
    private final Thread thread = new Thread(this::run, "event-log-acknowledger");
    private volatile boolean closed;

    Acknowledger() {
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void execute(Runnable group) {
        try {
            pendingGroups.put(group);
        } catch (InterruptedException e) {
            throw new IllegalStateException("the writer thread of a log must not be interrupted", e);
        }
    }

    private void run() {
        try {
            while (!closed) {
                pendingGroups.take().run();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the acknowledger thread of a log must not be interrupted", e);
        }
    }

    /** Completes the pending groups, then ends the thread. */
    @Override
    public void close() throws InterruptedException {
        execute(() -> closed = true);
        thread.join(TimeUnit.SECONDS.toMillis(CLOSE_TIMEOUT_SECONDS));
    }
}
