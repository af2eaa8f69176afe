package io.rebalancer.core.reconcile;

/** The phases of a run. The names are stored, so they must not change. */
public enum RunPhase {
    /** The run does not exist. */
    NONE,
    /** The claims of all shards are read and sorted. */
    READING_METADATA,
    /** The files of storage nodes are listed and compared with the claims. */
    COMPARING,
    /** The repairs of a plan are carried out. */
    ACTING,
    /** The run has ended as ordered; some storage nodes may be unknown. */
    FINISHED,
    /** The run ended early. */
    ABORTED;

    /** Whether the run has ended. */
    public boolean terminal() {
        return this == FINISHED || this == ABORTED;
    }
}
