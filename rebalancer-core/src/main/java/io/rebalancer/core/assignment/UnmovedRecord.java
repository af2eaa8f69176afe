package io.rebalancer.core.assignment;

import io.rebalancer.core.object.RecordRef;

/**
 * An object that was not relocated in a pass, with its cause.
 *
 * @param record the metadata record that still names the leaving node
 * @param kind whether it was passed over or tried in vain
 * @param reason the cause as a stable word
 * @param detail the cause for people: what, where, what to do
 */
public record UnmovedRecord(RecordRef record, Kind kind, Reason reason, String detail) {

    /** The two outcomes that are not successes. */
    public enum Kind {
        /** Given up in this pass before or during the copy. */
        SKIPPED,
        /** An error that needs somebody to look at it. */
        FAILED
    }
}
