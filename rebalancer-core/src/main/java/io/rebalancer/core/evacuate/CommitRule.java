package io.rebalancer.core.evacuate;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Optional;
import java.util.UUID;

/** Decides what to do with the current metadata record of a copied object. A user's overwrite or delete always wins. */
public final class CommitRule {

    /** What to do with one record. */
    public enum Verdict {
        /** Replace the leaving node by the destination, if the record still has the etag that was read. */
        SWAP,
        /** The record already names the new copy, for example after a crash between the write and its event. */
        RELOCATED,
        /** The record names another object, or no longer names the leaving node: the new copy is not wanted. */
        SUPERSEDED,
        /** A user deleted the record. */
        GONE,
        /** The record names both nodes; after a swap it would name the destination twice. */
        DESTINATION_LISTED
    }

    private CommitRule() {}

    /**
     * Decides on a record.
     *
     * @param live the record as just read, or empty if it does not exist
     * @param objectId id of the copied object
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
        if (current.names(leaving)) {
            return current.names(destination) ? Verdict.DESTINATION_LISTED : Verdict.SWAP;
        }
        return current.names(destination) ? Verdict.RELOCATED : Verdict.SUPERSEDED;
    }
}
