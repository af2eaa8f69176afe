package io.rebalancer.core.storage;

/** The reply to a request for a lease of space. */
public enum LeaseDecision {
    /** The space is promised. */
    GRANTED,
    /** The node has too little unpromised space. */
    REFUSED,
    /** The space broker has just started and can't know yet whether the space is promised: ask again. */
    LEARNING,
    /** The request came from an earlier incarnation of the job. */
    STALE
}
