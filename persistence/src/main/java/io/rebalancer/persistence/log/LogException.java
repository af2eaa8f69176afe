package io.rebalancer.persistence.log;

/** Something a log can't do, with what, where and what to do about it. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What callers may want to tell apart. */
    public enum Kind {
        /** Too much waits already; nothing was stored, and trying again later is right. */
        BACKPRESSURE,
        /** The log is closed, or closing. */
        CLOSED,
        /** The disk failed; what was not acknowledged may or may not be stored. The log must be opened anew. */
        FAILED,
        /** The files are not what was written; nothing is skipped or repaired. */
        CORRUPT,
        /** The files were written by a newer version. */
        NEWER_FORMAT,
        /** Another process, or another log of this one, uses the directory. */
        IN_USE,
        /** The entry can never be stored, such as one that is too long. */
        REFUSED
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
