package io.rebalancer.core.assignment;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;

/**
 * One object to be copied. It names source nodes, never addresses: the agent builds the address from its own topology.
 *
 * @param record the metadata record that asked for the move
 * @param objectId the object
 * @param owner account that owns it
 * @param sizeBytes expected length in bytes, at least 1
 * @param md5 expected digest
 * @param sources nodes that hold a copy, best first; the leaving node, if listed at all, is the last resort
 */
public record CopyTask(
        RecordRef record, UUID objectId, UUID owner, long sizeBytes, ContentMd5 md5, List<StorageNodeId> sources) {

    public CopyTask {
        sources = List.copyOf(sources);
    }
}
