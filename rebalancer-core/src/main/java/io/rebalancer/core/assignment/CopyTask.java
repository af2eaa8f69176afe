package io.rebalancer.core.assignment;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;

/**
 * The order to copy one object. It contains storage ids and no addresses: the agent looks up addresses in its own
 * topology.
 *
 * @param record the metadata record that still names the leaving node
 * @param objectId id of the object
 * @param owner account that owns the object
 * @param sizeBytes expected length in bytes, at least 1
 * @param md5 expected digest of the content
 * @param sources storage nodes that hold a copy, best first; the leaving node, if listed, is the last resort
 */
public record CopyTask(
        RecordRef record, UUID objectId, UUID owner, long sizeBytes, ContentMd5 md5, List<StorageNodeId> sources) {

    public CopyTask {
        sources = List.copyOf(sources);
    }
}
