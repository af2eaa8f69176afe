package io.rebalancer.manager.reconcile;

import io.rebalancer.core.text.OneLine;

/** A part of the run's work failed; the cause has the reason. */
final class RunFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunFault(Throwable cause) {
        super(OneLine.of(cause), cause);
    }

    /** The reason on one line. */
    String reason() {
        return String.valueOf(getMessage());
    }

    /** Whether the work failed for that reason. */
    boolean is(Class<? extends Throwable> type) {
        return type.isInstance(getCause());
    }
}
