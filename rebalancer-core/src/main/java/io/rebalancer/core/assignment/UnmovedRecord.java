package io.rebalancer.core.assignment;

import io.rebalancer.core.object.RecordRef;

/**
 * A metadata record that stays on the leaving node in this pass.
 *
 * @param record the metadata record that still names the leaving node
 * @param kind whether the record was skipped or failed
 * @param reason the cause as a stable word
 * @param detail the cause for people: what happened, where, and what to do
 */
public record UnmovedRecord(RecordRef record, Kind kind, Reason reason, String detail) {

    /** The outcomes of a record that is not settled. */
    public enum Kind {
        /** Not relocated in this pass, because no destination or no copy was available. */
        SKIPPED,
        /** An error that an operator has to examine. */
        FAILED
    }
}
