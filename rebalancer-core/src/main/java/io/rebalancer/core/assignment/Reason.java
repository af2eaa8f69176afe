package io.rebalancer.core.assignment;

/** The reason why a record stays unmoved in a pass, with the names that operators know (manta.md 4.5 and 4.6). */
public enum Reason {
    AGENT_BUSY(RetryClass.PRESSURE),
    AGENT_FS_ERROR(RetryClass.TRANSIENT),
    ASSIGNMENT_REJECTED(RetryClass.TRANSIENT),
    BAD_MANTA_OBJECT(RetryClass.PERMANENT),
    DESTINATION_INSUFFICIENT_SPACE(RetryClass.PRESSURE),
    DESTINATION_UNREACHABLE(RetryClass.TRANSIENT),
    HTTP_STATUS_CODE(RetryClass.TRANSIENT),
    MD5_MISMATCH(RetryClass.TRANSIENT),
    METADATA_UPDATE_FAILED(RetryClass.TRANSIENT),
    NO_DESTINATION(RetryClass.PRESSURE),
    OBJECT_ALREADY_IN_DATACENTER(RetryClass.PRESSURE),
    OBJECT_ALREADY_ON_DEST_SHARK(RetryClass.PRESSURE),
    SOURCE_OBJECT_NOT_FOUND(RetryClass.TRANSIENT),
    SOURCE_OTHER_ERROR(RetryClass.TRANSIENT);

    private final RetryClass retryClass;

    Reason(RetryClass retryClass) {
        this.retryClass = retryClass;
    }

    /** Whether and when the job retries. */
    public RetryClass retryClass() {
        return retryClass;
    }
}
