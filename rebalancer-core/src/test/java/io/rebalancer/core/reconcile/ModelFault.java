package io.rebalancer.core.reconcile;

/** What can be wrong in the model: one of the guards against a wrong move into the quarantine is missing. */
enum ModelFault {
    /** Nothing is wrong. */
    NONE,
    /** Candidates are not compared with the records as they are now, neither for the plan nor before the move. */
    NO_SECOND_LOOK,
    /** A shard that does not answer counts as one without records. */
    SILENT_SHARD_IS_EMPTY,
    /** A file may be an orphan at any age. */
    NO_FILE_GRACE,
    /** The agent moves the file of an order whatever size and times it has. */
    UNCONDITIONAL_MOVE,
    /** Assignments in progress do not protect their files. */
    ASSIGNMENTS_PROTECT_NOTHING,
    /** An assignment that finds its file on the destination uses it, and the file keeps its change time. */
    FOUND_FILE_KEEPS_ITS_TIME,
    /** What has the name of a planned file is moved, also if it is not the file that the plan was made for. */
    FORGETS_THE_PLANNED_FILE,
    /** Files are moved immediately after they were found, while a link that was read before may still be written. */
    ACTS_AT_ONCE,
    /** The listing of a storage node has no last file. */
    LISTING_LOSES_A_FILE
}
