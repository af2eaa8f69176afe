package io.rebalancer.agent.store;

/** The result of {@link ObjectStore#restore}. */
public enum Restored {
    /** The file has its object's name and is no longer in the quarantine. */
    RESTORED,
    /** Another file has the object's name; nothing changed. */
    NAME_TAKEN,
    /** The quarantine has no such item. */
    MISSING
}
