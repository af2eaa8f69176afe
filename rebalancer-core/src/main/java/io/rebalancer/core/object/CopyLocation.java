package io.rebalancer.core.object;

/**
 * One place where an object has a copy; an element of Manta's {@code sharks} (manta.md 6.6).
 *
 * @param datacenter fault domain of the storage node, a free text
 * @param storageNode the node that holds the copy
 */
public record CopyLocation(String datacenter, StorageNodeId storageNode) {}
