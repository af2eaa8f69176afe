package io.rebalancer.core.storage;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;

/**
 * A storage node with its free space from the last report of storinfo (manta.md section 8).
 *
 * @param id storage id of the node
 * @param datacenter failure domain of the node
 * @param availableMib free space in MiB, at least 0
 * @param percentUsed used share of the disk, 0 to 100, rounded up
 */
public record StorageNode(StorageNodeId id, String datacenter, long availableMib, int percentUsed) {

    public StorageNode {
        if (availableMib < 0 || percentUsed < 0 || percentUsed > 100) {
            throw new IllegalArgumentException(id + ": free space " + availableMib + " MiB at " + percentUsed
                    + " % used is impossible; check what the node reports to storinfo");
        }
    }

    /** The location of a copy on this node. */
    public CopyLocation location() {
        return new CopyLocation(datacenter, id);
    }
}
