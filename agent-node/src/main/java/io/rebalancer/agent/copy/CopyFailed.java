package io.rebalancer.agent.copy;

import io.rebalancer.core.assignment.Reason;

/** A copy could not be made from one source. */
final class CopyFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final int httpStatus;

    CopyFailed(Reason reason, String detail) {
        this(reason, 0, detail);
    }

    CopyFailed(Reason reason, int httpStatus, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.httpStatus = httpStatus;
    }

    /** The source's answer if that is the failure, else 0. */
    int httpStatus() {
        return httpStatus;
    }

    Reason reason() {
        return reason;
    }

    /** Whether another source may do better: not when our own disk is the trouble. */
    boolean sourceIsAtFault() {
        return reason != Reason.AGENT_FS_ERROR && reason != Reason.DESTINATION_INSUFFICIENT_SPACE;
    }
}
