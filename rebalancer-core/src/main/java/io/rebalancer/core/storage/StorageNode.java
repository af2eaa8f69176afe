package io.rebalancer.core.storage;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;

/**
 * A storage node as the inventory last reported it (manta.md section 8).
 *
 * @param id the node
 * @param datacenter its fault domain
 * @param availableMib free space in MiB, at least 0
 * @param percentUsed used share of the disk, 0 to 100, rounded up
 */
public record StorageNode(StorageNodeId id, String datacenter, long availableMib, int percentUsed) {

    public StorageNode {
        if (availableMib < 0 || percentUsed < 0 || percentUsed > 100) {
            throw new IllegalArgumentException(
                    id + ": free space " + availableMib + " MiB at " + percentUsed + " % used is not possible");
        }
    }

    /** Where a copy on this node is, in the words of a metadata record. */
    public CopyLocation location() {
        return new CopyLocation(datacenter, id);
    }
}
