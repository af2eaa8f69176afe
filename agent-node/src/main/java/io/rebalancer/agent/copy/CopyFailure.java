package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.OutOfSpace;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A failed attempt to copy an object from one source. */
final class CopyFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MIN_SERVER_ERROR = 500;
    private static final Set<Integer> NO_SUCH_FILE = Set.of(404, 410);

    private final Reason reason;
    private final int httpStatus;
    private final boolean mayPass;

    CopyFailure(Reason reason, String detail) {
        this(reason, 0, detail);
    }

    CopyFailure(Reason reason, int httpStatus, String detail) {
        this(reason, httpStatus, detail, false);
    }

    private CopyFailure(Reason reason, int httpStatus, String detail, boolean mayPass) {
        super(detail, null, false, false);
        this.reason = reason;
        this.httpStatus = httpStatus;
        this.mayPass = mayPass;
    }

    /** Translates any failure into the reason of a failed copy. */
    static CopyFailure from(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        if (cause instanceof CopyFailure known) {
            return known;
        }
        String detail = OneLine.of(cause);
        if (cause instanceof ObjectRejected) {
            return new CopyFailure(Reason.MD5_MISMATCH, detail);
        }
        if (cause instanceof OutOfSpace) {
            return new CopyFailure(Reason.DESTINATION_INSUFFICIENT_SPACE, detail);
        }
        if (cause instanceof IOException) {
            return new CopyFailure(Reason.AGENT_FS_ERROR, detail);
        }
        return new CopyFailure(Reason.SOURCE_OTHER_ERROR, detail);
    }

    /** The failure of a copy whose sources have all answered that they have no good copy. */
    static CopyFailure lost(Map<StorageNodeId, CopyFailure> answers) {
        return new CopyFailure(
                Reason.UNRECOVERABLE,
                "no source has a good copy: "
                        + answers.entrySet().stream()
                                .map(each ->
                                        each.getKey() + " " + each.getValue().getMessage())
                                .collect(Collectors.joining("; ")));
    }

    /** The same failure with the URL of the attempt in front of its detail. */
    CopyFailure withUrl(String url) {
        return new CopyFailure(reason, httpStatus, url + ": " + getMessage(), mayPass);
    }

    /** The same failure of a source that may have broken off its answer. */
    CopyFailure asCutOff() {
        return new CopyFailure(reason, httpStatus, String.valueOf(getMessage()), true);
    }

    /** Whether the source has no good copy of the object: it has no such file, or one with other content. */
    boolean provesLoss() {
        return !mayPass && (isContentWrong() || NO_SUCH_FILE.contains(httpStatus));
    }

    /** The status that the source answered, if that is the failure, else 0. */
    int httpStatus() {
        return httpStatus;
    }

    Reason reason() {
        return reason;
    }

    /** Whether another source may succeed: false if this agent's disk is the cause. */
    boolean isSourceFault() {
        return reason != Reason.AGENT_FS_ERROR && reason != Reason.DESTINATION_INSUFFICIENT_SPACE;
    }

    /** Whether the received bytes are wrong, so that none of them may be kept. */
    boolean isContentWrong() {
        return reason == Reason.MD5_MISMATCH;
    }

    /** Whether the source is in trouble, and not just this object on it. */
    boolean isSourceUnhealthy() {
        return reason == Reason.SOURCE_OTHER_ERROR || httpStatus >= MIN_SERVER_ERROR;
    }
}
