package io.rebalancer.persistence.log;

/** Something a log can't do, with what, where and what to do about it. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What callers may want to tell apart. */
    public enum Kind {
        /** Too much waits already; nothing was stored, and trying again later is right. */
        BACKPRESSURE(true, false),
        /** The disk is nearly full; nothing was stored, and trying again is right once there is room. */
        NO_SPACE(true, false),
        /** The log is closed, or closing; nothing was stored. */
        CLOSED(false, false),
        /** The disk failed; what was not acknowledged may or may not be stored. The log must be opened anew. */
        FAILED(false, true),
        /** The files are not what was written; nothing is skipped or repaired. */
        CORRUPT(false, false),
        /** The files were written by a newer version. */
        NEWER_FORMAT(false, false),
        /** Another process, or another log of this one, uses the directory. */
        IN_USE(false, false),
        /** The entry can never be stored, such as one that is too long. */
        REFUSED(false, false),
        /** The sequence number is taken: somebody else writes for the same persistence id. Nothing was stored. */
        CONFLICT(false, false);

        private final boolean retryable;
        private final boolean uncertain;

        Kind(boolean retryable, boolean uncertain) {
            this.retryable = retryable;
            this.uncertain = uncertain;
        }

        /** Whether the same call may succeed later. */
        public boolean retryable() {
            return retryable;
        }

        /** Whether what was to be stored may be there all the same. */
        public boolean uncertain() {
            return uncertain;
        }
    }

    LogException(Kind kind, String detail) {
        super(detail);
        this.kind = kind;
    }

    LogException(Kind kind, String detail, Throwable cause) {
        super(detail, cause);
        this.kind = kind;
    }

    /** What happened. */
    public Kind kind() {
        return kind;
    }
}
