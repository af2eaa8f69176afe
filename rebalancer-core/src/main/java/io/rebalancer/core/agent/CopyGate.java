package io.rebalancer.core.agent;

/** What an agent may do with its copies. An operator or a job sets it; it is stored and survives restarts. */
public enum CopyGate {
    /** Copies start as soon as the limits allow it. */
    OPEN,
    /** No copy starts; copies in progress end. */
    NO_NEW,
    /** Nothing is written: copies in progress are interrupted, and resume when the gate opens. */
    STOPPED
}
