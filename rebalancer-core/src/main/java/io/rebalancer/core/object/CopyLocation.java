package io.rebalancer.core.object;

/**
 * The location of one copy of an object: an element of Manta's {@code sharks} (manta.md 6.6).
 *
 * @param datacenter failure domain of the storage node, a free text
 * @param storageNode the node that holds the copy
 */
public record CopyLocation(String datacenter, StorageNodeId storageNode) {}
