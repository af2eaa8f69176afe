package io.rebalancer.agent.inventory;

import io.rebalancer.core.limit.PacedBudget;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.LockSupport;

/** Delays the work of one thread to keep it below a rate. Not thread-safe. */
final class Pacer {
    private static final double SECOND_NANOS = 1e9;
    private static final long MAX_WAIT_NANOS = 200_000_000;

    private final long perSecond;
    private final PacedBudget budget = new PacedBudget(System.nanoTime());

    /** @param perSecond 0 for no limit */
    Pacer(long perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * Returns when further units may pass.
     *
     * @throws InterruptedIOException if the thread is interrupted, at once or while it waits
     */
    void await(long units) throws InterruptedIOException {
        requireNotInterrupted();
        if (perSecond == 0) {
            return;
        }
        while (!budget.isFree(perSecond, System.nanoTime())) {
            long nanos = (long) (budget.secondsUntilFree() * SECOND_NANOS);
            LockSupport.parkNanos(this, Math.max(1, Math.min(nanos, MAX_WAIT_NANOS)));
            requireNotInterrupted();
        }
        budget.charge(units);
    }

    private static void requireNotInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the work was cancelled");
        }
    }
}
