package io.rebalancer.core.evacuate;

/** The records that a pass visits. */
public enum PassScope {
    /** All records that name the leaving node: every shard is scanned. */
    ALL_RECORDS,
    /** The records that the passes before left, each looked up by its key. */
    UNMOVED_RECORDS,
    /** Those of them with a reason that an operator ordered to retry, each looked up by its key. Another pass follows. */
    SELECTED_RECORDS
}
