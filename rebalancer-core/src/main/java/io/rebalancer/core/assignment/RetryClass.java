package io.rebalancer.core.assignment;

/** What trying again can be expected to do about a failure. */
public enum RetryClass {
    /** May pass by itself: try again after a pause. */
    TRANSIENT,
    /** Passes when space or capacity is freed: wait and try again. */
    PRESSURE,
    /** Stays until somebody changes the object: do not try again. */
    PERMANENT
}
