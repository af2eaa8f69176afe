package io.rebalancer.core.audit;

/**
 * The first place at which a log is not as it was written.
 *
 * @param number the entry that is changed, missing or out of order
 * @param detail what is wrong, at which line, in one line
 */
public record AuditFinding(Kind kind, long number, String detail) {
    /** How a log differs from what was written. */
    public enum Kind {
        /** An entry, or the one before it, was changed or replaced after it was written. */
        CHANGED,
        /** Entries before or between others are missing. */
        MISSING,
        /** An entry is at another place, or occurs again. */
        REORDERED,
        /** The last entries, up to the expected one, are missing. */
        CUT_OFF
    }
}
