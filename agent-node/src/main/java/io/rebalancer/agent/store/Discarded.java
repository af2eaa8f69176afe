package io.rebalancer.agent.store;

/** The result of {@link ObjectStore#discard}. */
public enum Discarded {
    /** The file lost its object's name and is kept in the quarantine. */
    DISCARDED,
    /** No file has the object's name. */
    MISSING,
    /** The note of the file does not name the assignment, so the file keeps its name. */
    NOT_OURS
}
