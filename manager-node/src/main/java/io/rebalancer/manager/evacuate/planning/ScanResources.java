package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordScan;
import java.util.List;
import java.util.Optional;

/**
 * What the scans of all jobs share.
 *
 * @param scan finds the records of a storage node
 * @param tier reads live records if the scan does not read the primary
 * @param permits bound how many shards are read at a time
 */
public record ScanResources(RecordScan scan, MetadataTier tier, ScanPermits permits) {

    /** The same with another scan. */
    public ScanResources with(RecordScan other) {
        return new ScanResources(other, tier, permits);
    }

    /** Numbers of all shards, ascending. */
    public List<Integer> shards() {
        return scan.shards();
    }

    /** Reads the live records of scanned rows; empty if the scan reads live records anyway. */
    Optional<LiveRows> liveRows(StorageNodeId leaving) {
        return scan.readsPrimary() ? Optional.empty() : Optional.of(new LiveRows(tier, leaving));
    }
}
