package io.rebalancer.core.evacuate;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Optional;
import java.util.UUID;

/** What to do with a LIVE metadata record once a copy is verified: a user's overwrite or delete always wins. */
public final class CommitRule {

    /** The verdict on one record. */
    public enum Verdict {
        /** Replace the leaving node by the destination, conditional on the record's current etag. */
        SWAP,
        /** The record names the new copy already, as after a crash between the write and its note. */
        RELOCATED,
        /** Another object, or this one without a copy on the leaving node: our copy is not wanted. */
        SUPERSEDED,
        /** The record was deleted. */
        GONE,
        /** Both nodes are listed; a swap would name one node twice. */
        DESTINATION_LISTED
    }

    private CommitRule() {}

    /**
     * Judges a record as just read.
     *
     * @param live the record, or empty if there is none
     * @param objectId the object that was copied
     */
    public static Verdict judge(
            Optional<MetadataRecord> live, UUID objectId, StorageNodeId leaving, StorageNodeId destination) {
        if (live.isEmpty()) {
            return Verdict.GONE;
        }
        MetadataRecord current = live.get();
        if (!current.objectId().equals(objectId)) {
            return Verdict.SUPERSEDED;
        }
        if (current.lists(leaving)) {
            return current.lists(destination) ? Verdict.DESTINATION_LISTED : Verdict.SWAP;
        }
        return current.lists(destination) ? Verdict.RELOCATED : Verdict.SUPERSEDED;
    }
}
