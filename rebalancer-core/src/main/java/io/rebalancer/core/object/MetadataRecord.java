package io.rebalancer.core.object;

import java.util.List;
import java.util.UUID;

/**
 * A metadata record of an object as it stood when read.
 *
 * @param ref where the record lives
 * @param etag row version of the metadata tier; opaque; unlike the object's own etag it changes with every write
 * @param objectId the object's id; other records (snaplinks) may carry the same one
 * @param owner account that owns the object
 * @param sizeBytes content length in bytes, at least 0
 * @param md5 digest of the content
 * @param copies where the object has copies, in the order of the record
 * @param document the record's whole JSON text, so that members unknown to us survive a rewrite
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

    /** Whether {@code node} is one of the record's copies. */
    public boolean lists(StorageNodeId node) {
        return copies.stream().anyMatch(copy -> copy.storageNode().equals(node));
    }
}
