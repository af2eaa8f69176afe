package io.rebalancer.agent.copy;

import org.apache.hc.core5.concurrent.Cancellable;
import org.jspecify.annotations.Nullable;

/** The request to interrupt an attempt that runs on another thread. It closes the connection that the attempt reads. */
final class Interruption {
    private @Nullable Cancellable connection;
    private volatile boolean requested;

    /** Interrupts the attempt, now or as soon as it has a connection. */
    void request() {
        Cancellable open;
        synchronized (this) {
            requested = true;
            open = connection;
        }
        if (open != null) {
            open.cancel();
        }
    }

    boolean isRequested() {
        return requested;
    }

    /** The attempt uses this connection from now on. */
    void setConnection(Cancellable used) {
        synchronized (this) {
            connection = used;
        }
        if (requested) {
            used.cancel();
        }
    }

    /** A request interrupts the current thread from now on. */
    void interruptThread() {
        Thread reader = Thread.currentThread();
        setConnection(() -> {
            reader.interrupt();
            return true;
        });
    }

    /**
     * The work of the current thread has ended, so a request must not interrupt it any more. Called with the lock held under
     * which requests are made.
     *
     * @return whether a request interrupted it
     */
    boolean clearThread() {
        synchronized (this) {
            connection = null;
        }
        boolean interrupted = Thread.interrupted();
        return interrupted || requested;
    }
}
