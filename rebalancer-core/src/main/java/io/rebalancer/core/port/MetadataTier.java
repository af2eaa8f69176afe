package io.rebalancer.core.port;

import io.rebalancer.core.evacuate.IdColumn;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The store of metadata records. Every call may fail for lack of an answer; reads may then be repeated, and so may
 * {@link #moveCopy}, because it is conditional.
 */
public interface MetadataTier {

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /** The highest row id in use in {@code column}, or 0 if the column is empty or absent (manta.md 6.4). */
    CompletionStage<Long> highestId(int shard, IdColumn column);

    /** The rows of objects with {@code firstId <= id <= lastId}, all of them, in no particular order. */
    CompletionStage<List<Row>> readRange(int shard, IdColumn column, long firstId, long lastId);

    /** The record as it stands now, past any cache; fails if it can't be read as an object's. */
    CompletionStage<Optional<MetadataRecord>> read(RecordRef ref);

    /** All records of a shard that carry one of {@code objectIds} (snaplinks share one). */
    CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds);

    /**
     * Replaces {@code leaving} by {@code destination} in the record, on condition that its etag is still that of
     * {@code current}.
     *
     * @return whether it was replaced; false if the record changed or vanished meanwhile
     */
    CompletionStage<Boolean> moveCopy(MetadataRecord current, StorageNodeId leaving, CopyLocation destination);

    /** The storage node of that name as the fleet's own register has it, or empty (manta.md 5.1). */
    CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId);

    /**
     * A scanned row.
     *
     * @param record the record, or empty if the row can't be read
     * @param document the row's JSON text as it stands, readable or not
     * @param fault why it can't be read, or empty text
     */
    record Row(RecordRef ref, Optional<MetadataRecord> record, String document, String fault) {}
}
