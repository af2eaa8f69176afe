package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** A disk that fails at some steps, once or for ever. Half of the bytes of a write that fails are written. For several threads. */
class FaultyDisk extends WatchedDisk {
    static final String IO_ERROR = "Input/output error";

    private Set<Step> steps = EnumSet.noneOf(Step.class);
    private String message = IO_ERROR;
    private int skipped;
    private int maxFailures;
    private int failed;

    /** Fails the next time that one of the steps is reached, or each time from then on. */
    final void fail(boolean forEver, Step first, Step... others) {
        fail(EnumSet.of(first, others), 0, forEver, IO_ERROR);
    }

    /** As {@link #fail(boolean, Step, Step...)}, after a number of successes. */
    final void fail(Step step, int skip, boolean forEver) {
        fail(EnumSet.of(step), skip, forEver, IO_ERROR);
    }

    /** Fails a step for ever. */
    final void fail(Step step, String reason) {
        fail(EnumSet.of(step), 0, true, reason);
    }

    private synchronized void fail(Set<Step> failing, int skip, boolean forEver, String reason) {
        steps = failing;
        message = reason;
        skipped = skip;
        maxFailures = forEver ? Integer.MAX_VALUE : 1;
        failed = 0;
    }

    final synchronized void repair() {
        assertThat(failed).as("the fault was reached").isPositive();
        maxFailures = 0;
    }

    private boolean isDue(Step step) {
        return steps.contains(step) && skipped == 0 && failed < maxFailures;
    }

    @Override
    final synchronized boolean leavesHalf(Step write) {
        return isDue(write);
    }

    @Override
    final synchronized void before(Step step) throws IOException {
        if (isDue(step)) {
            failed++;
            throw new IOException(message);
        }
        if (steps.contains(step) && skipped > 0) {
            skipped--;
        }
    }
}
