package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.port.RecordScan;
import java.util.List;

/**
 * What the scans of all jobs share.
 *
 * @param scan finds the records of a storage node
 * @param permits bound how many shards are read at a time
 */
public record ScanResources(RecordScan scan, ScanPermits permits) {

    /** Numbers of all shards, ascending. */
    public List<Integer> shards() {
        return scan.shards();
    }
}
