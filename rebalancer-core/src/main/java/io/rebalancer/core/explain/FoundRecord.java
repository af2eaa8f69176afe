package io.rebalancer.core.explain;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.Optional;

/**
 * A metadata record as it is now.
 *
 * @param record empty if the row can't be read as the record of an object
 * @param fault why the row can't be read, or empty text
 */
public record FoundRecord(RecordRef ref, Optional<MetadataRecord> record, String fault) {}
