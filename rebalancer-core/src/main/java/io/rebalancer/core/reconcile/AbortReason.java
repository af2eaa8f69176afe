package io.rebalancer.core.reconcile;

import io.rebalancer.core.text.StableWord;

/** Why a run, or its work on one storage node, ended early. The words are stored, so they must not change. */
public enum AbortReason {
    /** A metadata shard did not answer in time. */
    METADATA_UNAVAILABLE,
    /** Another manager has the run now. */
    LEASE_LOST,
    /** A storage node knows a later run, or a later incarnation of this one. */
    FENCED,
    /** An operator cancelled the run. */
    CANCELED,
    /** The run took longer than it may. */
    DEADLINE,
    /** So much differs that the node or the records are probably not what they seem. */
    BREAKER,
    /** Not all rows or files were read. */
    COVERAGE_INCOMPLETE,
    /** The object root has no sentinel file, or another one than before. */
    NODE_IDENTITY_MISMATCH,
    /** The clock of the storage node differs too much from the manager's. */
    CLOCK_SKEW,
    /** The agent of the storage node did not answer, or has no inventories. */
    NODE_UNAVAILABLE,
    /** A job empties the storage node, so no file of it is moved. */
    NODE_BUSY,
    /** Copies of the storage node could not be repaired, so no file of it is moved. */
    REPAIRS_FAILED,
    /** The audit log can't be written, so nothing is changed. */
    AUDIT_UNAVAILABLE,
    /** Reconciliation is disabled. */
    DISABLED,
    /** Any other failure; the detail has it. */
    UNKNOWN;

    /** The stable word, such as {@code clock_skew}. */
    public String word() {
        return StableWord.of(this);
    }
}
