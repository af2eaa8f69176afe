package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;

/**
 * What is promised on one storage node, to all jobs together.
 *
 * @param node the storage node
 * @param mib sum of the leases
 * @param leases number of leases, at least 1
 */
public record NodePromise(StorageNodeId node, long mib, int leases) {}
