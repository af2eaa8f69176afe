package io.rebalancer.core.reconcile;

import io.rebalancer.core.text.StableWord;

/** The ways in which metadata records and files disagree. The words are stored, so they must not change. */
public enum DriftKind {
    /** A record claims a copy whose file is missing; another copy exists. */
    MISSING_COPY,
    /** A record claims copies, and no file of any of them exists. Nothing is changed automatically. */
    MISSING_ALL,
    /** A file that no record of any shard claims. */
    ORPHAN_FILE,
    /** The length of the file is not the content length of the record. */
    SIZE_MISMATCH,
    /** The digest of the content is not that of the record, in two reads of different runs. */
    CHECKSUM_MISMATCH,
    /** The record names fewer storage nodes than objects must have copies. */
    UNDER_REPLICATED,
    /** The record names more storage nodes than objects must have copies, or one node twice. */
    OVER_REPLICATED,
    /** All copies are in the same datacenter, and the fleet has more than one. */
    MISPLACED,
    /** Records of the same copy disagree on its size or digest. */
    CONTRADICTORY;

    /** The stable word, such as {@code missing_copy}. */
    public String word() {
        return StableWord.of(this);
    }

    /** What drift of this kind doubts. */
    public Candidate.Aspect aspect() {
        return switch (this) {
            case MISSING_COPY, MISSING_ALL, ORPHAN_FILE, SIZE_MISMATCH -> Candidate.Aspect.FILE;
            case CHECKSUM_MISMATCH -> Candidate.Aspect.CONTENT;
            case UNDER_REPLICATED, OVER_REPLICATED, MISPLACED, CONTRADICTORY -> Candidate.Aspect.RECORD;
        };
    }

    /** What may be done about drift of this kind; a kind without an action is reported only. */
    public Repair repair() {
        return switch (this) {
            case MISSING_COPY, SIZE_MISMATCH, CHECKSUM_MISMATCH -> Repair.COPY_AGAIN;
            case UNDER_REPLICATED -> Repair.ADD_COPY;
            case ORPHAN_FILE -> Repair.QUARANTINE;
            case MISSING_ALL, OVER_REPLICATED, MISPLACED, CONTRADICTORY -> Repair.NONE;
        };
    }
}
