package io.rebalancer.core.object;

import java.util.List;
import java.util.UUID;

/**
 * A metadata record of an object, as read from its shard.
 *
 * @param ref address of the record
 * @param etag opaque row version of the metadata tier; unlike the object's own etag, it changes with every write
 * @param objectId id of the object; further records of the object (snaplinks) have the same id
 * @param owner account that owns the object
 * @param sizeBytes content length in bytes, at least 0
 * @param md5 digest of the content
 * @param copies locations of the copies, in the order of the record
 * @param document the record's complete JSON text, so that unknown members survive a rewrite
 */
public record MetadataRecord(
        RecordRef ref,
        String etag,
        UUID objectId,
        UUID owner,
        long sizeBytes,
        ContentMd5 md5,
        List<CopyLocation> copies,
        String document) {

    public MetadataRecord {
        copies = List.copyOf(copies);
    }

    /** Whether the record names {@code node} as the location of a copy. */
    public boolean names(StorageNodeId node) {
        for (CopyLocation copy : copies) {
            if (copy.storageNode().equals(node)) {
                return true;
            }
        }
        return false;
    }
}
