package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.OutOfSpace;
import io.rebalancer.core.assignment.Reason;
import java.io.IOException;
import java.util.concurrent.CompletionException;

/** A copy could not be made from one source. */
final class CopyFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SERVER_ERRORS = 500;

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

    /** What went wrong, in the terms of a copy. */
    static CopyFailed of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof CopyFailed known) {
            return known;
        }
        String detail = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (cause instanceof ObjectRejected) {
            return new CopyFailed(Reason.MD5_MISMATCH, detail);
        }
        if (cause instanceof OutOfSpace) {
            return new CopyFailed(Reason.DESTINATION_INSUFFICIENT_SPACE, detail);
        }
        if (cause instanceof IOException) {
            return new CopyFailed(Reason.AGENT_FS_ERROR, detail);
        }
        return new CopyFailed(Reason.SOURCE_OTHER_ERROR, detail);
    }

    CopyFailed at(String where) {
        return new CopyFailed(reason, httpStatus, where + ": " + getMessage());
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

    /** Whether the bytes were wrong, so that none of them may be kept. */
    boolean bytesAreWrong() {
        return reason == Reason.MD5_MISMATCH;
    }

    /** Whether the source itself is in trouble, rather than this one object on it. */
    boolean sourceIsInTrouble() {
        return reason == Reason.SOURCE_OTHER_ERROR || httpStatus >= SERVER_ERRORS;
    }
}
