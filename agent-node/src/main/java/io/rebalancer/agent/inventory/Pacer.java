package io.rebalancer.agent.inventory;

import io.rebalancer.core.limit.PacedBudget;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Delays the work of one thread to keep it below a rate. Not thread-safe. */
final class Pacer {
    private static final double SECOND_NANOS = 1e9;
    private static final long MAX_WAIT_NANOS = 200_000_000;

    private final long perSecond;
    private final BooleanSupplier isCancelled;
    private final PacedBudget budget = new PacedBudget(System.nanoTime());

    /** @param perSecond 0 for no limit */
    Pacer(long perSecond) {
        this(perSecond, () -> false);
    }

    /**
     * @param perSecond 0 for no limit
     * @param isCancelled whether the work is to end as if its thread was interrupted
     */
    Pacer(long perSecond, BooleanSupplier isCancelled) {
        this.perSecond = perSecond;
        this.isCancelled = isCancelled;
    }

    /**
     * Returns when further units may pass.
     *
     * @throws InterruptedIOException if the work is cancelled or its thread interrupted, at once or while it waits
     */
    void await(long units) throws InterruptedIOException {
        requireWanted();
        if (perSecond == 0) {
            return;
        }
        while (!budget.isFree(perSecond, System.nanoTime())) {
            long nanos = (long) (budget.secondsUntilFree() * SECOND_NANOS);
            LockSupport.parkNanos(this, Math.max(1, Math.min(nanos, MAX_WAIT_NANOS)));
            requireWanted();
        }
        budget.charge(units);
    }

    private void requireWanted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted() || isCancelled.getAsBoolean()) {
            throw new InterruptedIOException("the work was cancelled");
        }
    }
}
