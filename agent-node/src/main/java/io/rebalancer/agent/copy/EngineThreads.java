package io.rebalancer.agent.copy;

import io.rebalancer.agent.copy.WorkInProgress.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of the {@link CopyEngine}. A thread that has ended its work takes the next work at once: to wake another
 * thread for each small object would cost more than its network request. Used with the engine's lock held.
 */
final class EngineThreads implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EngineThreads.class);

    private final CopyEngine engine;
    private final WorkInProgress inProgress;
    private final Runnable addAllowed;
    private final ExecutorService threads = Executors.newCachedThreadPool(named("copy"));
    private final Deque<Started> added = new ArrayDeque<>();

    private record Started(Kind kind, Work work) {}

    /** Blocking work. */
    interface Work {
        /** Does the work. Returns what follows from it, which is run with the engine's lock held. */
        Runnable perform();
    }

    /**
     * @param engine its lock
     * @param addAllowed adds the work that may start now
     */
    EngineThreads(CopyEngine engine, WorkInProgress inProgress, Runnable addAllowed) {
        this.engine = engine;
        this.inProgress = inProgress;
        this.addAllowed = addAllowed;
    }

    /** Adds work, which counts as in progress from now on. */
    void add(Kind kind, Work work) {
        inProgress.start(kind);
        added.addLast(new Started(kind, work));
    }

    /** Gives each piece of work that was added to a thread. */
    void startAll() {
        while (!added.isEmpty()) {
            Started first = added.removeFirst();
            threads.execute(() -> runFrom(first));
        }
    }

    private void runFrom(Started first) {
        Started current = first;
        while (current != null) {
            Runnable end = perform(current.work());
            synchronized (engine) {
                end(current.kind(), end);
                current = added.pollFirst();
                startAll();
            }
        }
    }

    private static Runnable perform(Work work) {
        try {
            return work.perform();
        } catch (RuntimeException | Error e) {
            // An error must end the work too: the gate waits until no work is in progress.
            LOGGER.error("the thread of a copy failed by an unexpected error", e);
            return () -> {};
        }
    }

    private void end(Kind kind, Runnable end) {
        try {
            end.run();
        } catch (RuntimeException e) {
            LOGGER.error("the end of a copy failed by an unexpected error", e);
        } finally {
            // An interrupt that came too late for its copy must not reach the next one.
            Thread.interrupted();
            inProgress.end(kind);
            addAllowed.run();
        }
    }

    /** Interrupts the threads. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Names threads, so that a thread dump shows what they are for. They end with the process. */
    static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, prefix + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
