package io.rebalancer.manager.reconcile;

/** The incarnation of the run has ended, so its work ends too. */
final class RunCanceled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunCanceled() {
        super("the run has ended", null, false, false);
    }
}
