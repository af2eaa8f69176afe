package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.evacuate.ScanTracker;
import io.rebalancer.core.object.MetadataRecord;

/**
 * An object to be moved.
 *
 * @param record the record that named the leaving node
 * @param chunk the scanned range that contains the record
 */
record Candidate(MetadataRecord record, ScanTracker.Chunk chunk) {}
