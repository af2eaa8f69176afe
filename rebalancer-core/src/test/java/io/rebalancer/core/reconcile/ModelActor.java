package io.rebalancer.core.reconcile;

/** Something that works in the model world in atomic steps. Between two of them, others may do steps of theirs. */
interface ModelActor {
    /**
     * Does one step.
     *
     * @return whether there are further steps
     */
    boolean step();
}
