package io.rebalancer.core.assignment;

/**
 * The reason why a record stays unmoved in a pass, with the names that operators know (manta.md 4.5 and 4.6)
 * and a few that the legacy system has no name for.
 */
public enum Reason {
    AGENT_BUSY(RetryClass.PRESSURE),
    AGENT_FS_ERROR(RetryClass.TRANSIENT),
    /** Ours: the agent is reachable, but its copies make no progress. */
    AGENT_STALLED(RetryClass.TRANSIENT),
    ASSIGNMENT_REJECTED(RetryClass.TRANSIENT),
    BAD_MANTA_OBJECT(RetryClass.PERMANENT),
    /** Ours: the destination left service after the assignment was planned. */
    DESTINATION_FENCED(RetryClass.TRANSIENT),
    DESTINATION_INSUFFICIENT_SPACE(RetryClass.PRESSURE),
    DESTINATION_UNREACHABLE(RetryClass.TRANSIENT),
    HTTP_STATUS_CODE(RetryClass.TRANSIENT),
    /** Ours: the job ended before the copies were made. */
    JOB_ENDED(RetryClass.TRANSIENT),
    MD5_MISMATCH(RetryClass.TRANSIENT),
    METADATA_UPDATE_FAILED(RetryClass.TRANSIENT),
    NO_DESTINATION(RetryClass.PRESSURE),
    OBJECT_ALREADY_IN_DATACENTER(RetryClass.PRESSURE),
    OBJECT_ALREADY_ON_DEST_SHARK(RetryClass.PRESSURE),
    /** The only copy is on the leaving node, and the settings let it stay there. */
    SOURCE_IS_EVAC_SHARK(RetryClass.PERMANENT),
    SOURCE_OBJECT_NOT_FOUND(RetryClass.TRANSIENT),
    SOURCE_OTHER_ERROR(RetryClass.TRANSIENT),
    /**
     * Ours: every storage node that the record names was asked, and none has a good copy. Retried, because an operator may
     * restore one.
     */
    UNRECOVERABLE(RetryClass.TRANSIENT);

    private final RetryClass retryClass;

    Reason(RetryClass retryClass) {
        this.retryClass = retryClass;
    }

    /** Whether and when the job retries. */
    public RetryClass retryClass() {
        return retryClass;
    }
}
