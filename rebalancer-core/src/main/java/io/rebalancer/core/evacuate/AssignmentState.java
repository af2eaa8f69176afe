package io.rebalancer.core.evacuate;

/** Where an assignment in flight is. It can only move on. */
public enum AssignmentState {
    /** It is sent to its agent until the agent accepts it. */
    PLANNED,
    /** The agent has stored it, and makes the copies. */
    ACCEPTED,
    /** The copies are reported; the commit remains. */
    COPIED
}
