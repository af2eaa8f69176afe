package io.rebalancer.persistence.log;

/** A failure of the log. The message names the operation, the place and the remedy. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** The kinds of failure that callers handle differently. */
    public enum Kind {
        /** The queue is full. Nothing was stored; retry later. */
        BACKPRESSURE(true, false),
        /** The disk is nearly full. Nothing was stored; retry when space is free again. */
        NO_SPACE(true, false),
        /** The log is closed or closing. Nothing was stored. */
        CLOSED(false, false),
        /** The disk failed. Entries without an acknowledgement may or may not be stored. The log must be reopened. */
        FAILED(false, true),
        /** The files differ from what was written. Nothing is skipped or repaired. */
        CORRUPT(false, false),
        /** The files were written by a newer version. */
        NEWER_FORMAT(false, false),
        /** Another process, or another log of this process, uses the directory. */
        IN_USE(false, false),
        /** The request can never succeed, for example because the entry is too long. */
        REFUSED(false, false),
        /** The sequence number is taken, so there is another writer for the persistence id. Nothing was stored. */
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

        /** Whether the entry may be stored despite the failure. */
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

    /** The kind of failure. */
    public Kind kind() {
        return kind;
    }
}
