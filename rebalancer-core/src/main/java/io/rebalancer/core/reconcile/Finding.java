package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One copy about which metadata and storage disagree.
 *
 * @param node the storage node of the copy
 * @param claimedBytes content length according to the records; 0 without a record
 * @param foundBytes length of the file; 0 without a file
 * @param since when the file, or without a file the record, last changed; empty if unknown
 * @param otherCopies further copies that were seen with the right length
 * @param shards shards of the records, at most {@link io.rebalancer.core.inventory.Claim#MAX_SHARDS}
 * @param state what was done about it
 * @param detail what an operator should know, at most {@link #MAX_DETAIL} characters; may be empty text
 */
public record Finding(
        StorageNodeId node,
        DriftKind kind,
        CopyKey key,
        long claimedBytes,
        long foundBytes,
        Optional<Instant> since,
        int otherCopies,
        List<Integer> shards,
        State state,
        String detail) {
    /** Longest detail. */
    public static final int MAX_DETAIL = 500;

    /** Keeps a copy of the shards, and the beginning of a long detail. */
    public Finding {
        shards = List.copyOf(shards);
        detail = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
    }

    /** The states of a finding. The names are stored, so they must not change. */
    public enum State {
        /** Nothing was done. */
        FOUND,
        /** The repair is planned. */
        PLANNED,
        /** The repair is done and was seen to be done. */
        REPAIRED,
        /** Looked at again before the repair, it was no drift any more. */
        NO_LONGER_TRUE,
        /** The repair failed; a later run tries again. */
        FAILED,
        /** The repair failed in several runs and is not tried until its pause is over. */
        PARKED
    }

    /** The same finding in another state. */
    public Finding in(State newState, String newDetail) {
        return new Finding(node, kind, key, claimedBytes, foundBytes, since, otherCopies, shards, newState, newDetail);
    }
}
