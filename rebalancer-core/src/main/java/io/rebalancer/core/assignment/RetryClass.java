package io.rebalancer.core.assignment;

/** Whether a retry can succeed after a failure. */
public enum RetryClass {
    /** The cause may disappear: retry after a backoff. */
    TRANSIENT,
    /** Space or capacity must become free first: wait, then retry. */
    PRESSURE,
    /** The failure remains until a user changes the object: do not retry. */
    PERMANENT
}
